import type { MergeOutcome } from '../domain/decision.ts';
import type { ChangedField } from '../domain/changed-fields.ts';
import type { Snapshot } from '../domain/snapshot.ts';
import type { Path } from '../domain/user.ts';
import type { MetricName, MetricPath } from '../names/metrics.ts';
import type { Log } from '../ports/log.ts';
import type { Metrics } from '../ports/metrics.ts';
import type { Clock } from '../ports/time.ts';

interface ReportDependencies {
  readonly metrics: Metrics;
  readonly log: Log;
  readonly clock: Clock;
}

const METRIC_OF_OUTCOME: Record<Exclude<MergeOutcome, 'unchanged'>, MetricName> = {
  created: 'SyncCreated',
  updated: 'SyncUpdated',
  deleted: 'SyncDeleted',
  restored: 'SyncRestored',
  stale: 'SyncStale',
};

/**
 * Counts what came of a snapshot and logs each write in one line: path, outcome, user id and the names of changed fields,
 * never their values. An unchanged user leaves no trace: that is what most requests are.
 */
export function reportSettled(
  { metrics, log, clock }: ReportDependencies,
  snapshot: Snapshot,
  path: Path,
  settled: { readonly outcome: MergeOutcome; readonly changedFields: readonly ChangedField[] },
): void {
  const { outcome, changedFields } = settled;
  if (outcome === 'unchanged') return;
  metrics.record(METRIC_OF_OUTCOME[outcome], 1, dimensionsOf(path));
  if (outcome === 'stale') return;
  const since = changeTimeOf(snapshot, outcome);
  if (since !== undefined) metrics.record('SyncLag', Math.max(0, clock.now() - since), dimensionsOf(path));
  log.info('user synchronised', { path, outcome, userId: snapshot.id, changedFields });
}

/** Counts and logs a snapshot that the store did not take. Why it cannot keep a user is said in words that hold no value. */
export function reportFailed(
  { metrics, log }: ReportDependencies,
  snapshot: Snapshot,
  path: Path,
  failure: { readonly reason: string; readonly error: Error },
): void {
  metrics.record('SyncFailed', 1, dimensionsOf(path));
  const { reason, error } = failure;
  const detail = reason === 'unstorable' ? error.message : undefined;
  log.error('user not synchronised', { path, outcome: 'failed', userId: snapshot.id, reason, detail });
}

/**
 * When Clerk made the change that the snapshot brings, ms. An event was made at the change, also where Clerk's `updated_at`
 * says nothing of it (a ban, perhaps). A token that creates a user brings no change: hers may be years old.
 */
function changeTimeOf(snapshot: Snapshot, outcome: MergeOutcome): number | undefined {
  switch (snapshot.source) {
    case 'deletion':
      return snapshot.at;
    case 'event':
      return Math.max(snapshot.asOf, snapshot.seenAt);
    case 'token':
      return outcome === 'created' ? undefined : snapshot.asOf;
    case 'read':
      return snapshot.asOf;
    default:
      return snapshot satisfies never;
  }
}

/** By its type: alarms look at each path by name. */
function dimensionsOf(path: Path): { readonly Path: MetricPath } {
  return { Path: path };
}
