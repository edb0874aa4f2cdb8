import type { Run } from '../../ports/run-store.ts';
import { isReadable } from '../../ports/unreadable.ts';
import type { ReconcileDependencies, RunIdentity } from './dependencies.ts';

const DAY_MS = 86_400_000;

/** A run takes less than this, ms. */
const LONGEST_RUN_MS = DAY_MS;

/** What the guard knows of the runs before. */
export interface Lately {
  readonly deletedLately: number;
  /** A run of which nobody knows what it has deleted, with the reason, in words. */
  readonly unreadableRun: string | undefined;
}

/**
 * Users whom runs have deleted in the last 24 hours without a person's approval. A run that has never told its end, or has
 * failed on the way, counts with all that it was allowed to delete: a step that was cut off has not told what it did.
 */
export async function deletedLately(
  { runs, clock }: Pick<ReconcileDependencies, 'runs' | 'clock'>,
  { id }: RunIdentity,
): Promise<Lately> {
  const since = clock.now() - DAY_MS;
  let deleted = 0;
  let unreadableRun: string | undefined;
  for await (const run of runs.list(since - LONGEST_RUN_MS)) {
    if (run.id === id) continue;
    if (!isReadable(run)) unreadableRun = `${run.id} (${run.unreadable})`;
    else if (isJudge(run) && (run.endedAt ?? clock.now()) >= since) deleted += deletedBy(run);
  }
  return { deletedLately: deleted, unreadableRun };
}

/** An approval is a person's doing, and a dry run has deleted nobody. */
function isJudge({ mode, dryRun }: Run): boolean {
  return mode !== 'approve' && dryRun !== true;
}

function deletedBy({ status, heldBecause, counts }: Run): number {
  const isUntold = heldBecause === undefined && (status === 'running' || status === 'failed');
  return isUntold ? Math.max(counts.suspects, counts.deleted) : counts.deleted;
}
