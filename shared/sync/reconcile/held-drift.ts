import type { DriftReport } from '../../ports/run-store.ts';
import type { ReconcileDependencies, RunIdentity } from './dependencies.ts';
import { addReports, MOST_IDS } from './drift-report.ts';
import type { RunState } from './run.ts';
import { collectSuspects } from './suspects.ts';

/**
 * The drift report of a run that has ended. One that was held has deleted nobody: whom it proposes is in the report all the
 * same, without a cause, since Clerk has confirmed nothing.
 *
 * @throws StoreUnavailable
 */
export async function reportAtTheEnd(
  { runs }: Pick<ReconcileDependencies, 'runs'>,
  { id }: RunIdentity,
  { changes, suspects, heldBecause }: RunState,
): Promise<DriftReport> {
  if (heldBecause === undefined || suspects === 0) return changes.report;
  const userIds = await collectSuspects(runs, id, MOST_IDS);
  const extra = { users: suspects, causes: { unknown: suspects }, userIds: userIds.slice(0, MOST_IDS) };
  return addReports(changes.report, { extra });
}
