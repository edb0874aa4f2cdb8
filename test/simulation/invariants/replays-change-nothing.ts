import { isDeepStrictEqual } from 'node:util';
import type { StoredUser } from '../../../shared/domain/user.ts';
import type { Person } from '../world/people.ts';
import type { Invariant } from './invariant.ts';

export const replaysChangeNothing: Invariant = {
  number: 8,
  name: 'replays-change-nothing',
  promise:
    'Every message that was accepted, sent once more in another order, changes nothing; of what only Clerk can tell, the next run brings back what was changed.',
  watch: ({ table, people }, isBroken) => ({
    replayed(before) {
      for (const user of before) {
        // Any deletion gives such a tombstone its end, however it is dated, and the next run takes it away again: ADR 18.
        if (user.tombstone?.inClerk) continue;
        const after = table.get(user.id);
        if (isDeepStrictEqual(after, user) || hasOnlyMovedOn(user, after, people.get(user.id)?.updatedAt)) continue;
        if (!isTie(user, people.statesOf(user.id))) isBroken(`${user.id} was changed by a replay.`);
      }
      if (table.store.users().length !== before.length) isBroken('A replay has brought a user.');
    },
  }),
};

/**
 * Of two changes within one millisecond only Clerk can tell which stands. Asked once more, it answers with the version that it
 * has by now: where nothing that is mirrored has changed since, no event and no run has brought that one.
 */
function hasOnlyMovedOn(before: StoredUser, after: StoredUser | undefined, inClerk: number | undefined): boolean {
  if (after === undefined || inClerk === undefined || after.profile?.version.asOf !== inClerk) return false;
  return isDeepStrictEqual(withoutVersions(after), withoutVersions(before));
}

/**
 * Of states with one `updated_at` (two changes within a millisecond; a ban, which Clerk may not version) nobody but Clerk can tell
 * for certain which stands: section 2 promises no more of them than that the next run mends it.
 */
function isTie({ profile }: StoredUser, states: readonly Person[]): boolean {
  return states.filter(({ updatedAt }) => updatedAt === profile.version.asOf).length > 1;
}

function withoutVersions({ profile, record, revision: _r, updatedAt: _u, changedBy: _c, ...rest }: StoredUser): object {
  return { ...rest, profile: profile?.content, record: record?.content };
}
