import type { ReconcileDependencies } from '../../shared/sync/reconcile/dependencies.ts';
import type { LeaseTaken } from '../../shared/sync/reconcile/lease.ts';
import { takeLease } from '../../shared/sync/reconcile/lease.ts';
import type { DurableSteps } from './durable-steps.ts';
import { runStep, StepFailed } from './durable-steps.ts';

/** Pauses between two looks at the lease, s; the last one is repeated. */
const PAUSES = [5, 15, 30, 60, 120, 300];

/** Some 12 hours: a run that is still at work then would meet the next night's. */
const MOST_LOOKS = 150;

/** Looks once, and takes the lease if no other run is at work. @returns who has it */
export function askForLease(
  context: DurableSteps,
  deps: ReconcileDependencies,
  runId: string,
): PromiseLike<LeaseTaken> {
  return runStep(context, deps, 'lease-1', () => takeLease(deps, runId));
}

/**
 * Waits until no other run is at work: one that died loses the lease by itself. Waiting costs nothing.
 * @throws StepFailed when another run is at work for too long
 */
export async function waitForLease(
  context: DurableSteps,
  deps: ReconcileDependencies,
  runId: string,
): Promise<LeaseTaken> {
  for (let look = 1; ; look += 1) {
    const step = `lease-${look}`;
    const taken = await runStep(context, deps, step, () => takeLease(deps, runId));
    if (taken.holder === runId) return taken;
    if (look >= MOST_LOOKS) {
      throw new StepFailed(
        `Run ${taken.holder} has been at work for too long. Start this one again after its end.`,
        false,
      );
    }
    await context.wait(`${step}-wait`, { seconds: PAUSES[Math.min(look, PAUSES.length) - 1] ?? 300 });
  }
}
