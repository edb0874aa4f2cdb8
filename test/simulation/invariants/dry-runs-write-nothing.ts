import type { Invariant } from './invariant.ts';

export const dryRunsWriteNothing: Invariant = {
  number: 12,
  name: 'dry-runs-write-nothing',
  promise: 'A dry run writes no user (section 4).',
  watch: (_truth, isBroken) => ({
    runEnded({ event, summary, written }) {
      if (event.dryRun === true && written > 0) isBroken(`The dry run ${summary.runId} wrote ${written} users.`);
    },
  }),
};
