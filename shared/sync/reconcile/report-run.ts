import type { DriftReport, RunMode } from '../../ports/run-store.ts';
import type { Metrics } from '../../ports/metrics.ts';
import type { ReconcileDependencies } from './dependencies.ts';
import type { RunSummary } from './summary.ts';

/** The line that a run's log ends with. */
export const RUN_ENDED = 'reconcile run ended';

/** What a run's summary does not say of its end. */
export interface RunEnd {
  readonly mode: RunMode;
  /** Whether it has come to its end, so that its numbers of users mean something. One that could not store somebody has. */
  readonly isComplete: boolean;
  /** Events that wait in quarantine; undefined where nobody has counted them. */
  readonly quarantined: number | undefined;
  /** Deletions that wait for a person after it; undefined where it says nothing of them. */
  readonly held: number | undefined;
}

/**
 * Counts and logs a run that has ended. An alarm that goes by what the last run said stops when a later one says 0: so a run
 * in which all is well says that, too.
 */
export function reportRun(
  { metrics, log }: Pick<ReconcileDependencies, 'metrics' | 'log'>,
  summary: RunSummary,
  end: RunEnd,
): void {
  const { status, drift } = summary;
  for (const [field, users] of Object.entries(drift)) metrics.record('DriftFound', users, { Field: field });
  measureUsers(metrics, summary, end);
  measureEnd(metrics, summary, end);
  if (end.held !== undefined) metrics.record('DeletionsHeld', end.held);
  if (end.quarantined !== undefined) metrics.record('QuarantineSize', end.quarantined);
  const { report, ...counts } = summary;
  const line = {
    ...counts,
    drift: Object.entries(drift).map(([field, users]) => `${field}: ${users}`),
    causes: causesIn(report),
  };
  if (status === 'failed' || status === 'held') log.error(RUN_ENDED, line);
  else log.info(RUN_ENDED, line);
}

/** Users as the run found them: after its repairs there would be nothing left to ring for. */
function measureUsers(metrics: Metrics, summary: RunSummary, end: RunEnd): void {
  if (!end.isComplete || !isOfAll(end)) return;
  const { clerkUsers, storedUsers, created, restored, deleted, erasedInClerk = 0 } = summary;
  const found = storedUsers - created - restored + deleted;
  metrics.record('ClerkUsers', clerkUsers);
  metrics.record('StoredUsers', found);
  metrics.record('UserCountDiscrepancy', Math.abs(clerkUsers - erasedInClerk - found));
}

/**
 * Any run that fails is counted; only one over all users says that all is well again. `ReconcileDuration` is recorded by full
 * runs that succeeded only: an alarm takes its absence for a run that is missing.
 */
function measureEnd(metrics: Metrics, { status, seconds, failedBecause }: RunSummary, end: RunEnd): void {
  if (failedBecause !== undefined) metrics.record('ReconcileFailed', 1);
  if (status === 'failed' || !end.isComplete || !isOfAll(end)) return;
  if (failedBecause === undefined) metrics.record('ReconcileFailed', 0);
  if (end.mode === 'full') metrics.record('ReconcileDuration', seconds * 1_000);
}

function isOfAll({ mode }: RunEnd): boolean {
  return mode === 'full' || mode === 'incremental';
}

/** A line of the log holds no list of users: the run's record has it. */
function causesIn(report: DriftReport): string[] {
  return Object.entries(report).flatMap(([kind, { causes }]) =>
    Object.entries(causes).map(([cause, users]) => `${kind}, ${cause}: ${users}`),
  );
}
