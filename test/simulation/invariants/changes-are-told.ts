import { isDeepStrictEqual } from 'node:util';
import type { StoredUser } from '../../../shared/domain/user.ts';
import type { Transition } from '../world/table.ts';
import type { Invariant } from './invariant.ts';

export const changesAreTold: Invariant = {
  number: 14,
  name: 'changes-are-told',
  promise:
    'The bus hears of each change of a user at least once, of nothing that did not happen, and never of a value.',
  watch: ({ told }, isBroken) => {
    const due = new Map<string, { readonly id: string; readonly type: string }>();
    return {
      written({ before, after }) {
        const type = typeOf({ before, after });
        if (type !== undefined) due.set(keyOf(after), { id: after.id, type });
      },
      atRest() {
        const heard = new Map<string, string>();
        for (const { userId, revision, occurredAt, type } of told()) {
          const key = keyOf({ id: userId, revision, updatedAt: occurredAt });
          heard.set(key, type);
          if (!due.has(key)) isBroken(`The bus heard ${type} of ${userId}, which did not happen.`);
        }
        for (const [key, { id, type }] of due) {
          if (heard.get(key) !== type)
            isBroken(`The bus heard ${heard.get(key) ?? 'nothing'} and not ${type} of ${id}.`);
        }
      },
    };
  },
};

function keyOf({ id, revision, updatedAt }: Pick<StoredUser, 'id' | 'revision' | 'updatedAt'>): string {
  return `${id} ${revision} ${updatedAt}`;
}

/** What section 4 tells an application, judged by the table's own states. */
function typeOf({ before, after }: Pick<Transition, 'before' | 'after'>): string | undefined {
  const wasLive = before !== undefined && !before.tombstone;
  if (after.tombstone) return wasLive ? 'UserDeleted' : undefined;
  if (!before || before.createdAt !== after.createdAt) return 'UserCreated';
  if (!wasLive) return isKnown(before) ? 'UserRestored' : 'UserCreated';
  return isDeepStrictEqual(shown(before), shown(after)) ? undefined : 'UserUpdated';
}

/** Whether anything but a deletion was ever heard of her. */
function isKnown({ profile, record }: StoredUser): boolean {
  return (
    record !== undefined || profile.version.asOf > 0 || Object.values(profile.content).some((value) => value !== null)
  );
}

/** What an application sees; what is not known yet is null. */
function shown({ profile, record, held }: StoredUser): object {
  const unknown = { verifiedEmail: null, externalId: null, banned: null, deprovisioned: null, publicMetadata: null };
  const username = record?.content.username ?? held.username ?? null;
  return { clerkCreatedAt: null, ...unknown, ...profile.content, ...record?.content, username };
}
