import { openApproval } from '../../shared/sync/reconcile/approval.ts';
import type { RunState } from '../../shared/sync/reconcile/run.ts';
import type { RunSteps } from './run-steps.ts';

/** The deletions that a held run proposed and a person has approved: each is confirmed by Clerk again, and nothing else is done. */
export async function approvalRun(steps: RunSteps, heldRun: string): Promise<RunState> {
  let before = 0;
  const { changes, walked } = await steps.toItsEnd(async () => {
    const held = await steps.step('open', () => openApproval(steps.deps, steps.run, heldRun));
    before = held.storedUsers;
    steps.learn({ clerkUsers: held.clerkUsers, suspects: held.suspects });
    await steps.delete(heldRun);
    await steps.resolveConflicts();
  });
  // Also of a run that failed on the way. Who was passed over is counted with those who are live already.
  const live = before - changes.deleted - changes.unsettled;
  steps.learn({ walked: { ...walked, live: Math.max(0, live) } });
  return steps.state;
}
