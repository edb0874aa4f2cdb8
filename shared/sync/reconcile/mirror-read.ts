import type { DirectoryUser } from '../../ports/user-directory.ts';
import type { SyncResult } from '../apply-snapshot.ts';
import { applySnapshot } from '../apply-snapshot.ts';
import { readSnapshot } from '../read-user.ts';
import type { Snapshot } from '../../domain/snapshot.ts';
import type { RunChange, StoredUser } from '../../domain/user.ts';
import type { ChangeCounter } from './changes.ts';
import type { ChunkIdentity, ReconcileDependencies } from './dependencies.ts';
import { UserNotWritten } from './failure.ts';
import { leaseOf } from './lease.ts';

export type Settled = Extract<SyncResult, { status: 'settled' }>;

/**
 * Brings the table in line with what Clerk was read to say of one user. A reconcile run is trusted to revive a user whom a
 * mistaken deletion buried.
 *
 * @param seenAt when the read began, ms
 * @param known the stored user, where it has been read already
 * @returns whether the user is live in the table now; `unstorable` when the table cannot keep it: the run goes on without
 * @throws UserNotWritten when the table does not take the user in time
 */
export async function mirrorRead(
  deps: ReconcileDependencies,
  run: ChunkIdentity,
  user: DirectoryUser,
  seenAt: number,
  changes: ChangeCounter,
  known?: StoredUser,
): Promise<'live' | 'not-live' | 'unstorable'> {
  const read = readSnapshot(user, seenAt, 'deleted');
  const result = await applyNow(deps, run, read, changes, known && { known: { user: known } });
  if (result === 'unstorable') return 'unstorable';
  return result.user.tombstone ? 'not-live' : 'live';
}

/**
 * Applies a snapshot and counts what came of it, also what an earlier attempt at the same chunk has made of it already.
 *
 * @param options.known the stored user, where it has been read already
 * @param options.isFenced whether the lease must still be the run's when it is written
 * @returns `unstorable` when the table cannot keep the user at all
 * @throws UserNotWritten when the table does not take it in time; LeaseLost
 */
export async function applyNow(
  deps: ReconcileDependencies,
  run: ChunkIdentity,
  snapshot: Snapshot,
  changes: ChangeCounter,
  options: { readonly known?: { readonly user: StoredUser }; readonly isFenced?: boolean } = {},
): Promise<Settled | 'unstorable'> {
  const { budgetMs } = deps.limits;
  const { known, isFenced = false } = options;
  const step = { runId: run.id, step: run.step, ...(isFenced && { lease: leaseOf(run) }) };
  const result = await applySnapshot(deps, snapshot, {
    path: 'reconciler',
    budgetMs,
    run: step,
    ...(known && { known }),
  });
  if (result.status === 'settled') {
    const { outcome, changedFields } = changeInRun(result.runChange, run) ?? result;
    changes.settled(outcome, changedFields);
    return result;
  }
  if (result.status === 'failed' && result.reason === 'unstorable') {
    changes.unstorable();
    return 'unstorable';
  }
  throw new UserNotWritten(`User ${snapshot.id} could not be written within ${budgetMs} ms (${result.reason}).`);
}

/**
 * What this run has done to a user before, in this chunk or in an earlier one of the same kind that did not come to the end of
 * it: its process died before it could tell, or it ended among users whom the next chunk meets again. A chunk counts what it
 * has come past, and nobody comes past a user twice.
 */
export function changeInRun(change: RunChange | undefined, { id, step }: ChunkIdentity): RunChange | undefined {
  return change?.runId === id && kindOf(change.step) === kindOf(step) ? change : undefined;
}

/** `walk` of `walk-3`. */
function kindOf(step: string): string {
  return step.replace(/-\d+$/, '');
}
