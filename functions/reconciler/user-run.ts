import { addChanges } from '../../shared/sync/reconcile/changes.ts';
import type { RunState } from '../../shared/sync/reconcile/run.ts';
import { reconcileUser } from '../../shared/sync/reconcile/single-user.ts';
import type { RunSteps } from './run-steps.ts';

/** One user brought in line with Clerk: written, or deleted like any suspect when Clerk says there is no such user. */
export function userRun(steps: RunSteps, userId: string): Promise<RunState> {
  return steps.toItsEnd(async () => {
    const step = 'user';
    const found = await steps.step(step, () => reconcileUser(steps.deps, { ...steps.run, step }, userId));
    const { changes, suspects, walked, heldBecause } = found;
    const counts = { clerkUsers: walked.listed, walked, suspects };
    steps.learn({ ...counts, heldBecause, changes: addChanges(steps.state.changes, changes) });
    if (suspects > 0 && heldBecause === undefined) await steps.delete(steps.run.id);
    await steps.resolveConflicts();
  });
}
