import type { Version } from '../../../shared/domain/version.ts';
import type { Invariant } from './invariant.ts';

export const versionsNeverGoBack: Invariant = {
  number: 2,
  name: 'versions-never-go-back',
  promise:
    'No write makes a version, a revision or the time of a deletion smaller, but of a forced run, to what Clerk has said.',
  watch: ({ people, isThorough }, isBroken) => ({
    written({ write, before, after }) {
      if (!before) return;
      const { id } = after;
      if (after.revision !== before.revision + 1)
        isBroken(`${id} went from revision ${before.revision} to another one.`);
      const isForced = isThorough(write.runChange?.runId);
      const isOfClerk = people.statesOf(id).some(({ updatedAt }) => updatedAt === after.profile.version.asOf);
      if (isForced && isOfClerk) return;
      if (isLower(after.profile.version, before.profile.version)) isBroken(`The profile of ${id} went back.`);
      if (isLower(after.record?.version, before.record?.version)) isBroken(`The record of ${id} went back.`);
      const [died, dies] = [before.tombstone?.deletedAt, after.tombstone?.deletedAt];
      if (died !== undefined && dies !== undefined && dies < died) isBroken(`The deletion of ${id} went back.`);
    },
  }),
};

function isLower(after: Version | undefined, before: Version | undefined): boolean {
  if (!before) return false;
  if (!after || after.asOf < before.asOf) return true;
  return after.asOf === before.asOf && after.seenAt < before.seenAt;
}
