import { reconcile } from '../../../functions/reconciler/reconcile.ts';
import { paced } from '../../../shared/adapters/clerk/paced.ts';
import { withRetries } from '../../../shared/adapters/clerk/with-retries.ts';
import type { ReconcileDependencies, ReconcileLimits } from '../../../shared/sync/reconcile/dependencies.ts';
import type { RunSummary } from '../../../shared/sync/reconcile/summary.ts';
import type { DurableSteps } from '../../../functions/reconciler/durable-steps.ts';
import type { Stage } from './stage.ts';
import { partsOf } from './stage.ts';

/** What the schedule or a person sends. */
export interface RunEvent {
  readonly mode: 'full' | 'incremental' | 'approve' | 'user';
  readonly dryRun?: boolean;
  readonly force?: boolean;
  readonly run?: string;
  readonly userId?: string;
  readonly since?: number;
  /** Of whoever asked, if it has one. */
  readonly runId?: string;
}

/** As `clerkPace` has it for a production instance's key and the default share. */
const CALLS_PER_SECOND = 50;

/** The reconciler, wired as `functions/reconciler/handler.ts` does. */
export function createReconciler(
  stage: Stage,
  limits: ReconcileLimits,
  retentionDays: number | undefined,
): (event: RunEvent, context: DurableSteps) => Promise<RunSummary> {
  const { seams } = stage;
  const parts = partsOf(stage, 'reconciler');
  const { clock, timers, random, clerk } = parts;
  const directory = withRetries(paced(clerk, { clock, timers, callsPerSecond: () => CALLS_PER_SECOND }), {
    timers,
    random,
    clock,
    maxWaitMs: 15_000,
  });
  const deps: ReconcileDependencies = {
    ...parts,
    directory,
    limits: seams.limits?.(limits) ?? limits,
    ...(retentionDays !== undefined && { retention: { days: retentionDays, quarantine: parts.quarantine } }),
  };
  return (event, context) => reconcile(seams.runEvent?.(event) ?? event, context, deps);
}
