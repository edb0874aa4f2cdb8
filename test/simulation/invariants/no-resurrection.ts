import type { Invariant } from './invariant.ts';

/** A read may have been on its way, and Clerk's replicas behind, for this long, ms. */
const READ_MS = 10 * 60_000;
const MARGIN_MS = 5 * 60_000;

export const noResurrection: Invariant = {
  number: 3,
  name: 'no-resurrection',
  promise: 'Nobody comes back from the dead but by a read of the reconciler or an administrator that began later.',
  watch: ({ people, now }, isBroken) => ({
    written({ write, before, after }) {
      if (!before?.tombstone || after.tombstone) return;
      const { id, restoredAt = 0 } = after;
      if (write.path !== 'reconciler' && write.path !== 'admin')
        isBroken(`${id} was revived by the path ${write.path}.`);
      if (restoredAt <= before.tombstone.deletedAt + MARGIN_MS)
        isBroken(`${id} was revived by a read that is no later.`);
      if (before.tombstone.erasedAt !== undefined && write.path !== 'admin')
        isBroken(`${id} was revived though erased.`);
      const deletedAt = people.deletedAt(id);
      if (deletedAt !== undefined && deletedAt < now() - READ_MS)
        isBroken(`${id} was revived and Clerk has no such user.`);
    },
  }),
};
