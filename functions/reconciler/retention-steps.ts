import { countErasedInClerk } from '../../shared/sync/reconcile/erased-in-clerk.ts';
import type { RetentionChunk } from '../../shared/sync/reconcile/retention.ts';
import { eraseDue } from '../../shared/sync/reconcile/retention.ts';
import type { RunSteps } from './run-steps.ts';

/**
 * The last steps of a full run: whoever was deleted long enough ago loses her personal fields. A run that is held erases
 * nobody and gives no tombstone its end, since Clerk's word is in doubt then, and a dry run does not either.
 */
export async function retain(steps: RunSteps): Promise<void> {
  const { deps, run } = steps;
  const { retention } = deps;
  const isTrusted = steps.state.heldBecause === undefined;
  if (retention && !run.dryRun && isTrusted) {
    await steps.chunks.run<number, RetentionChunk>(
      'retention',
      0,
      (from) => eraseDue(deps, retention, run, from),
      () => undefined,
    );
  }
  const step = 'erased';
  steps.learn({ erasedInClerk: await steps.step(step, () => countErasedInClerk(deps, { ...run, step }, isTrusted)) });
}
