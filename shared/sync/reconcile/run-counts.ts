import type { RunCounts } from '../../ports/run-store.ts';
import type { RunIdentity } from './dependencies.ts';
import type { RunState } from './run.ts';

/**
 * Live users after the run, by its own count: those of Clerk's list who are live in the table, newcomers, and the suspects whom
 * it has not come to delete. After a dry run they are those there were before it: what would be done is not. Who came or went
 * unnoticed behind the walk's back is not in it: the next run's count is. An incremental run has counted what is there.
 */
export function countsOf({ dryRun, mode }: RunIdentity, state: RunState): RunCounts {
  const { clerkUsers, walked, changes, suspects, conflicts, erasedInClerk, newcomers } = state;
  const { created, updated, deleted, restored, unsettled } = changes;
  const after = walked.live + newcomers + unsettled + suspectsLeft(mode, state);
  const storedUsers = dryRun && mode !== 'incremental' ? after - created - restored + deleted : after;
  const counts = { clerkUsers, storedUsers, created, updated, deleted, restored, suspects, conflicts };
  return erasedInClerk > 0 ? { ...counts, erasedInClerk } : counts;
}

/** An approval has counted everybody in the table. */
function suspectsLeft(mode: RunIdentity['mode'], { suspects, changes, heldBecause, failedBecause }: RunState): number {
  if (heldBecause !== undefined) return suspects;
  if (failedBecause === undefined || mode === 'approve') return 0;
  return Math.max(0, suspects - changes.deleted - changes.unsettled);
}
