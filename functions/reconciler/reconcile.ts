import { MalformedItem } from '../../shared/ports/malformed-item.ts';
import type { Run, RunStore } from '../../shared/ports/run-store.ts';
import type { ReconcileDependencies, RunIdentity } from '../../shared/sync/reconcile/dependencies.ts';
import { withoutEffect } from '../../shared/sync/reconcile/dry-run.ts';
import type { LeaseTaken } from '../../shared/sync/reconcile/lease.ts';
import type { RunState } from '../../shared/sync/reconcile/run.ts';
import { closeRun, NEW_RUN } from '../../shared/sync/reconcile/run.ts';
import type { RunSummary } from '../../shared/sync/reconcile/summary.ts';
import { moveWatermark } from '../../shared/sync/reconcile/watermark.ts';
import { approvalRun } from './approval-run.ts';
import type { DurableSteps } from './durable-steps.ts';
import { runStep } from './durable-steps.ts';
import { FullRun } from './full-run.ts';
import { IncrementalRun } from './incremental-run.ts';
import { askForLease, waitForLease } from './lease-steps.ts';
import type { AskedRun } from './run-request.ts';
import { parseRunRequest } from './run-request.ts';
import { RunSteps } from './run-steps.ts';
import { userRun } from './user-run.ts';

/**
 * A run as a durable execution. A full one walks Clerk's list beside the index, repairs what is missing or differs, judges the
 * proposed deletions once, after the last page, and makes those that Clerk confirms; an incremental one looks at what Clerk has
 * changed lately; an approval makes the deletions of a held run; a single user can be brought in line alone.
 * One run at a time: it begins when no other one has the lease, or not at all if it is an incremental one, and lets go of it at
 * its end, however it ends.
 *
 * A dry run does the same over dependencies that change nothing.
 *
 * A run that fails is recorded as failed, alarms, and is answered like any other. It does not throw: the schedule would start
 * it again at once, against whatever it has just failed at, and a caller would not see what it did.
 *
 * @param event what the schedule or a person sent; see `AskedRun`
 * @param context the durable execution; the code between its steps runs again on every invocation and must do nothing else
 * @throws for an event it does not know, and when not even the run's end can be recorded
 */
export async function reconcile(
  event: unknown,
  context: DurableSteps,
  deps: ReconcileDependencies,
): Promise<RunSummary> {
  const request = parseRunRequest(event);
  const { id, at } = await counted(context, deps, () => runStep(context, deps, 'begin', () => begin(request, deps)));
  const asked = { id, ...identityOf(request) };
  const working = asked.dryRun ? withoutEffect(deps) : deps;
  // Only what is done to users goes unsaid in a dry run: its end is logged like any other.
  const closing = { ...working, log: deps.log };
  const lease = await leaseOrReason(context, working, id, request);
  if (!('fence' in lease)) {
    return close(context, closing, { ...asked, startedAt: at, fence: 0 }, { ...NEW_RUN, ...lease });
  }
  const steps = new RunSteps(context, working, { ...asked, startedAt: lease.at, fence: lease.fence });
  const state = await work(request, steps);
  return close(context, closing, steps.run, state);
}

function identityOf({ runId: _id, ...request }: AskedRun): Omit<RunIdentity, 'id' | 'startedAt' | 'fence'> {
  return request.mode === 'approve' ? { mode: request.mode, approves: request.run } : request;
}

/**
 * Whoever asked for the run may have told somebody its id already. The id of a run that is at work, or has been, is not given to
 * another one: an event that is sent again would write over its record, and nobody would know whom that one has deleted.
 */
async function begin(
  { runId }: AskedRun,
  { random, clock, runs, log }: ReconcileDependencies,
): Promise<{ id: string; at: number }> {
  const at = clock.now();
  if (runId === undefined) return { id: random.id(), at };
  const known = await recordOf(runs, runId);
  if (!known || isUntouched(known)) return { id: runId, at };
  const id = random.id();
  log.warn('run id taken', { asked: runId, runId: id, status: known === 'unreadable' ? known : known.status });
  return { id, at };
}

async function recordOf(runs: Pick<RunStore, 'get'>, runId: string): Promise<Run | 'unreadable' | undefined> {
  try {
    return await runs.get(runId);
  } catch (error) {
    if (error instanceof MalformedItem) return 'unreadable';
    throw error;
  }
}

/** Asked for, and perhaps recorded as one that nobody had taken on. */
function isUntouched(known: Run | 'unreadable'): boolean {
  if (known === 'unreadable') return false;
  const { status, counts } = known;
  return status === 'requested' || (status === 'failed' && counts.suspects + counts.deleted === 0);
}

/**
 * The lease, or why there is none. An incremental run does not wait: the run that has the lease, or the next one an hour later,
 * does the same.
 */
async function leaseOrReason(
  context: DurableSteps,
  deps: ReconcileDependencies,
  runId: string,
  { mode }: AskedRun,
): Promise<LeaseTaken | Partial<RunState>> {
  try {
    if (mode !== 'incremental') return await waitForLease(context, deps, runId);
    const lease = await askForLease(context, deps, runId);
    if (lease.holder === runId) return lease;
    // Whoever let go of it in this very moment has no name any more.
    const other = lease.holder === '' ? 'Another run' : `Run ${lease.holder}`;
    return { skippedBecause: `${other} is at work: this one did nothing.` };
  } catch (error) {
    return { failedBecause: error instanceof Error ? error.message : String(error) };
  }
}

function work(request: AskedRun, steps: RunSteps): Promise<RunState> {
  switch (request.mode) {
    case 'full':
      return new FullRun(steps).toItsEnd();
    case 'incremental':
      return new IncrementalRun(steps).toItsEnd();
    case 'approve':
      return approvalRun(steps, request.run);
    case 'user':
      return userRun(steps, request.userId);
    default:
      return request satisfies never;
  }
}

function close(
  context: DurableSteps,
  deps: ReconcileDependencies,
  run: RunIdentity,
  state: RunState,
): Promise<RunSummary> {
  return counted(context, deps, () =>
    runStep(context, deps, 'close', async () => {
      await moveWatermark(deps, run, state);
      return closeRun(deps, run, state);
    }),
  );
}

/** What must be recorded and cannot be is counted at least, so that somebody hears of it. */
async function counted<T>(context: DurableSteps, deps: ReconcileDependencies, work: () => PromiseLike<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await runStep(context, deps, 'count-failure', () => Promise.resolve(deps.metrics.record('ReconcileFailed', 1)));
    throw error;
  }
}
