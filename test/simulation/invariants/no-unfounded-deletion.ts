import type { Invariant } from './invariant.ts';

/** Clerk's word is this old at most when a deletion is sent, and a write takes this long at most, ms. */
const CONFIRMED_MS = 60_000 + 20_000;

export const noUnfoundedDeletion: Invariant = {
  number: 5,
  name: 'no-unfounded-deletion',
  promise: 'Nobody is deleted without an event of Clerk, or an absence that Clerk has confirmed a moment ago.',
  watch: ({ now, absentAt, isDeletionAnnounced, isErasable }, isBroken) => ({
    written({ write, before, after }) {
      if (!after.tombstone || before?.tombstone) return;
      const { id } = after;
      if (write.erase && isErasable(id)) return;
      const isConfirmed = now() - (absentAt(id) ?? Number.NEGATIVE_INFINITY) <= CONFIRMED_MS;
      const isFounded = isConfirmed || (write.path !== 'reconciler' && isDeletionAnnounced(id));
      if (!isFounded) isBroken(`${id} was deleted by the path ${write.path} without a reason.`);
    },
  }),
};
