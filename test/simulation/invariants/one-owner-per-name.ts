import { nameKey } from '../../../shared/domain/names.ts';
import type { StoredUser } from '../../../shared/domain/user.ts';
import type { Invariant, Truth } from './invariant.ts';

export const oneOwnerPerName: Invariant = {
  number: 4,
  name: 'one-owner-per-name',
  promise:
    'A verified email, or a username, belongs to one live user; after a run no free one has somebody who waits for it.',
  watch: (truth, isBroken) => ({
    written({ before, after }) {
      const gained = after.held.email !== before?.held.email ? after.held.email : undefined;
      if (gained !== undefined && !truth.people.hasVerified(after.id, gained))
        isBroken(`${after.id} took an email that Clerk never verified for her.`);
      for (const problem of problemsOf(truth)) isBroken(problem);
    },
    atRest() {
      for (const { name, owner, claimants } of truth.table.store.reservations()) {
        const waiting = claimants.filter((id) => isLive(truth.table.get(id)));
        if (owner === undefined && waiting.length > 0)
          isBroken(`An ${name.kind} is free and ${waiting.join()} waits for it.`);
      }
    },
  }),
};

function problemsOf({ table }: Truth): string[] {
  const reservations = new Map(table.store.reservations().map((each) => [nameKey(each.name), each]));
  const owners = new Map<string, string>();
  const problems: string[] = [];
  for (const user of table.store.users()) {
    for (const kind of ['email', 'username'] as const) {
      const value = user.held[kind];
      if (value === undefined) continue;
      const key = nameKey({ kind, value });
      const other = owners.get(key);
      if (other !== undefined) problems.push(`${other} and ${user.id} have one ${kind}.`);
      owners.set(key, user.id);
      if (user.tombstone) problems.push(`${user.id} is deleted and keeps her ${kind}.`);
      else if (reservations.get(key)?.owner !== user.id)
        problems.push(`The ${kind} of ${user.id} is not reserved for her.`);
    }
  }
  for (const [key, { name, owner }] of reservations) {
    if (owner !== undefined && owners.get(key) !== owner)
      problems.push(`An ${name.kind} is kept for ${owner}, who does not have it.`);
  }
  return problems;
}

function isLive(user: StoredUser | undefined): boolean {
  return user !== undefined && !user.tombstone;
}
