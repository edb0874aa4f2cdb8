import { MalformedItem } from '../../ports/malformed-item.ts';
import type { Run } from '../../ports/run-store.ts';
import type { ReconcileDependencies, RunIdentity } from './dependencies.ts';

const DAY_MS = 86_400_000;

/** A run takes less than this, ms. */
const LONGEST_RUN_MS = DAY_MS;

/**
 * Users whom runs have deleted in the last 24 hours without a person's approval. A run that has never told its end, or has
 * failed on the way, counts with all that it was allowed to delete: a step that was cut off has not told what it did.
 *
 * @returns undefined where the record of a run cannot be read, as a newer version may have left it: then nobody knows
 */
export async function deletedLately(
  deps: Pick<ReconcileDependencies, 'runs' | 'clock' | 'log'>,
  run: RunIdentity,
): Promise<number | undefined> {
  try {
    return await addUp(deps, run);
  } catch (error) {
    if (!(error instanceof MalformedItem)) throw error;
    // The message names the run by its id.
    deps.log.error('run not readable', { reason: error.message });
    return undefined;
  }
}

async function addUp(
  { runs, clock }: Pick<ReconcileDependencies, 'runs' | 'clock'>,
  { id }: RunIdentity,
): Promise<number> {
  const since = clock.now() - DAY_MS;
  let deleted = 0;
  for await (const run of runs.list(since - LONGEST_RUN_MS)) {
    if (run.id !== id && isJudge(run) && (run.endedAt ?? clock.now()) >= since) deleted += deletedBy(run);
  }
  return deleted;
}

/** An approval is a person's doing, and a dry run has deleted nobody. */
function isJudge({ mode, dryRun }: Run): boolean {
  return mode !== 'approve' && dryRun !== true;
}

function deletedBy({ status, heldBecause, counts }: Run): number {
  const isUntold = heldBecause === undefined && (status === 'running' || status === 'failed');
  return isUntold ? Math.max(counts.suspects, counts.deleted) : counts.deleted;
}
