import type { ReconcileDependencies, RunIdentity } from '../../shared/sync/reconcile/dependencies.ts';
import type { RunState } from '../../shared/sync/reconcile/run.ts';
import { closeRun } from '../../shared/sync/reconcile/run.ts';
import type { RunSummary } from '../../shared/sync/reconcile/summary.ts';
import type { DurableSteps } from './durable-steps.ts';
import { runStep } from './durable-steps.ts';
import { FullRun } from './full-run.ts';

/**
 * A full run as a durable execution: walks Clerk's list beside the index, repairs what is missing or differs, judges the
 * proposed deletions once, after the last page, and makes those that Clerk confirms.
 *
 * A run that fails is recorded as failed, alarms, and is answered like any other. It does not throw: the schedule would start
 * it again at once, against whatever it has just failed at, and a caller would not see what it did.
 *
 * @param event what the schedule or a person sent: `{ "mode": "full" }`
 * @param context the durable execution; the code between its steps runs again on every invocation and must do nothing else
 * @throws for an event it does not know, and when not even the run's end can be recorded
 */
export async function reconcile(
  event: unknown,
  context: DurableSteps,
  deps: ReconcileDependencies,
): Promise<RunSummary> {
  checkMode(event);
  const run = await runStep(context, deps, 'begin', () => Promise.resolve(begin(deps)));
  const state = await new FullRun(context, deps, run).toItsEnd();
  return close(context, deps, run, state);
}

function checkMode(event: unknown): void {
  const mode = typeof event === 'object' && event !== null && 'mode' in event ? event.mode : undefined;
  if (mode === 'full') return;
  const given = typeof mode === 'string' ? `the mode "${mode.slice(0, 40)}"` : 'no mode';
  throw new Error(`The event has ${given}, and the reconciler knows "full": send { "mode": "full" }.`);
}

function begin({ random, clock }: ReconcileDependencies): RunIdentity {
  return { id: random.id(), startedAt: clock.now() };
}

async function close(
  context: DurableSteps,
  deps: ReconcileDependencies,
  run: RunIdentity,
  state: RunState,
): Promise<RunSummary> {
  try {
    return await runStep(context, deps, 'close', () => closeRun(deps, run, state));
  } catch (error) {
    await runStep(context, deps, 'count-failure', () => Promise.resolve(deps.metrics.record('ReconcileFailed', 1)));
    throw error;
  }
}
