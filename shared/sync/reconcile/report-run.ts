import type { DriftReport } from '../../ports/run-store.ts';
import type { ReconcileDependencies } from './dependencies.ts';
import type { RunSummary } from './summary.ts';

/** The line that a run's log ends with. */
export const RUN_ENDED = 'reconcile run ended';

/**
 * Counts and logs a run that has ended. `ReconcileDuration` is recorded by full runs that came to their end only: an alarm
 * takes its absence for a run that is missing.
 *
 * @param hasWalked whether the run has walked all users to their end, so that its numbers of users mean something
 */
export function reportRun(
  { metrics, log }: Pick<ReconcileDependencies, 'metrics' | 'log'>,
  summary: RunSummary,
  hasWalked: boolean,
): void {
  const { status, clerkUsers, storedUsers, erasedInClerk = 0, suspects, drift } = summary;
  for (const [field, users] of Object.entries(drift)) metrics.record('DriftFound', users, { Field: field });
  if (hasWalked) {
    metrics.record('ClerkUsers', clerkUsers);
    metrics.record('StoredUsers', storedUsers);
    metrics.record('UserCountDiscrepancy', Math.abs(clerkUsers - erasedInClerk - storedUsers));
  }
  if (status === 'failed') metrics.record('ReconcileFailed', 1);
  else if (hasWalked) metrics.record('ReconcileDuration', summary.seconds * 1_000);
  if (status === 'held') metrics.record('DeletionsHeld', suspects);
  const { report, ...counts } = summary;
  const line = {
    ...counts,
    drift: Object.entries(drift).map(([field, users]) => `${field}: ${users}`),
    causes: causesIn(report),
  };
  if (status === 'failed' || status === 'held') log.error(RUN_ENDED, line);
  else log.info(RUN_ENDED, line);
}

/** A line of the log holds no list of users: the run's record has it. */
function causesIn(report: DriftReport): string[] {
  return Object.entries(report).flatMap(([kind, { causes }]) =>
    Object.entries(causes).map(([cause, users]) => `${kind}, ${cause}: ${users}`),
  );
}
