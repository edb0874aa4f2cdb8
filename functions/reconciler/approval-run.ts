import { openApproval } from '../../shared/sync/reconcile/approval.ts';
import type { CountChunk, CountPosition } from '../../shared/sync/reconcile/count-live.ts';
import { countLive } from '../../shared/sync/reconcile/count-live.ts';
import type { RunState } from '../../shared/sync/reconcile/run.ts';
import type { RunSteps } from './run-steps.ts';

/** The deletions that a held run proposed and a person has approved: each is confirmed by Clerk again, and nothing else is done. */
export async function approvalRun(steps: RunSteps, heldRun: string): Promise<RunState> {
  let before = 0;
  const { changes, walked } = await steps.toItsEnd(async () => {
    const held = await steps.step('open', () => openApproval(steps.deps, steps.run, heldRun));
    before = await countStored(steps);
    steps.learn({ clerkUsers: held.clerkUsers, suspects: held.suspects });
    await steps.delete(heldRun);
    await steps.resolveConflicts();
  });
  // Also of a run that failed on the way. Who was passed over is counted with those who are live already.
  const live = before - changes.deleted - changes.unsettled;
  steps.learn({ walked: { ...walked, live: Math.max(0, live) } });
  return steps.state;
}

/** Before anybody is deleted: the index that they are counted by lags. The held run's count may be days old. */
async function countStored({ chunks, deps }: RunSteps): Promise<number> {
  let users = 0;
  await chunks.run<CountPosition, CountChunk>(
    'stored',
    { from: 0, users: 0 },
    (position) => countLive(deps, position),
    (chunk) => {
      users = chunk.users;
    },
  );
  return users;
}
