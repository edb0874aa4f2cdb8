import type { Run } from '../../ports/run-store.ts';
import { HELD_DAYS } from '../../ports/run-store.ts';
import { isReadable } from '../../ports/unreadable.ts';
import type { ReconcileDependencies } from './dependencies.ts';

const DAY_MS = 86_400_000;

/**
 * The runs whose proposed deletions wait for a person: those that were held, and since then neither approved nor superseded by a
 * newer full run.
 *
 * @param runs in any order; a run that is not among them settles nothing
 */
export function waitingForApproval(runs: readonly Run[]): readonly Run[] {
  return runs.filter(
    (run) => run.status === 'held' && !runs.some((other) => isApproval(other, run) || supersedes(other, run)),
  );
}

/** One that failed, or has not told its end so far, has made some of the deletions at most. */
function isApproval({ approves, status, endedAt }: Run, held: Run): boolean {
  return approves === held.id && endedAt !== undefined && status !== 'failed';
}

/** Whether a run is a newer full one that has judged the users of today. */
export function supersedes(run: Run, held: Run): boolean {
  const isNewer = run.id !== held.id && run.startedAt >= held.startedAt;
  return isNewer && run.mode === 'full' && run.dryRun !== true && isJudge(run);
}

/** One that failed may have judged before; where one of an earlier version does not say, it has if it proposes somebody. */
function isJudge({ status, hasJudged = false, counts }: Run): boolean {
  if (status === 'running' || status === 'requested') return false;
  return status !== 'failed' || hasJudged || counts.suspects > 0;
}

/**
 * Proposed deletions that wait for a person, those of `own` included. Whom two runs propose counts twice.
 *
 * @param own a run that has just ended: the list of runs may lag
 * @throws StoreUnavailable
 */
export async function countHeld(
  { runs, clock }: Pick<ReconcileDependencies, 'runs' | 'clock'>,
  own: Run,
): Promise<number> {
  const known = [own];
  for await (const run of runs.list(clock.now() - HELD_DAYS * DAY_MS)) {
    if (isReadable(run) && run.id !== own.id) known.push(run);
  }
  return waitingForApproval(known).reduce((sum, { counts }) => sum + counts.suspects, 0);
}
