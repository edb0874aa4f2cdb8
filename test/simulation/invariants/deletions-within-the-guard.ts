import { MOST_SKEW_MINUTES } from '../parties/stage.ts';
import type { Invariant } from './invariant.ts';

/** A day by clocks of which one may be four minutes ahead and another four behind. */
const DAY_MS = 86_400_000 - 2 * MOST_SKEW_MINUTES * 60_000;

export const deletionsWithinTheGuard: Invariant = {
  number: 6,
  name: 'deletions-within-the-guard',
  promise:
    'Runs delete no more than the guard allows in 24 hours unless somebody approves, and only under their lease.',
  watch: ({ now, table, guard, modeOf }, isBroken) => {
    const deletions: number[] = [];
    return {
      written({ write, before, after }) {
        const isDeletion = after.tombstone !== undefined && before !== undefined && !before.tombstone;
        const runId = write.runChange?.runId;
        if (!isDeletion || runId === undefined) return;
        if (table.holder !== runId) isBroken(`${after.id} was deleted by a run that does not have the lease.`);
        if (modeOf(runId) === 'approve' || modeOf(runId) === 'user') return;
        deletions.push(now());
        const lately = deletions.filter((at) => at > now() - DAY_MS).length;
        // Users may have come and gone since the run looked: what is live now and what was deleted is what there was.
        const all = table.live().length + lately;
        const most = Math.min(guard.most, Math.max(guard.few, all * guard.share), all * guard.mostOfAll);
        if (lately > Math.ceil(most) + SLACK) isBroken(`Runs deleted ${lately} of ${all} users in a day.`);
      },
    };
  },
};

/** Users who came or went between the guard's look and the last deletion. */
const SLACK = 1;
