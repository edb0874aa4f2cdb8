import { openApproval } from '../../shared/sync/reconcile/approval.ts';
import type { RunState } from '../../shared/sync/reconcile/run.ts';
import type { RunSteps } from './run-steps.ts';

/** The deletions that a held run proposed and a person has approved: each is confirmed by Clerk again, and nothing else is done. */
export function approvalRun(steps: RunSteps, heldRun: string): Promise<RunState> {
  return steps.toItsEnd(async () => {
    const held = await steps.step('open', () => openApproval(steps.deps, steps.run, heldRun));
    steps.learn({ clerkUsers: held.clerkUsers, suspects: held.suspects });
    await steps.delete(heldRun);
    await steps.resolveConflicts();
    const live = held.storedUsers - steps.state.changes.deleted;
    steps.learn({ walked: { ...steps.state.walked, live } });
  });
}
