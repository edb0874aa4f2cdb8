import type { DirectoryUser } from '../../ports/user-directory.ts';
import type { SyncResult } from '../apply-snapshot.ts';
import { applySnapshot } from '../apply-snapshot.ts';
import { readSnapshot } from '../read-user.ts';
import type { Snapshot } from '../../domain/snapshot.ts';
import type { StoredUser } from '../../domain/user.ts';
import type { ChangeCounter } from './changes.ts';
import type { ReconcileDependencies } from './dependencies.ts';
import { UserNotWritten } from './failure.ts';

export type Settled = Extract<SyncResult, { status: 'settled' }>;

/**
 * Brings the table in line with what Clerk was read to say of one user. A reconcile run is trusted to revive a user whom a
 * mistaken deletion buried.
 *
 * @param seenAt when the read began, ms
 * @returns whether the user is live in the table now; `unstorable` when the table cannot keep it: the run goes on without
 * @throws UserNotWritten when the table does not take the user in time
 */
export async function mirrorRead(
  deps: ReconcileDependencies,
  user: DirectoryUser,
  seenAt: number,
  changes: ChangeCounter,
): Promise<'live' | 'not-live' | 'unstorable'> {
  const result = await applyNow(deps, readSnapshot(user, seenAt, 'deleted'), changes);
  if (result === 'unstorable') return 'unstorable';
  return result.user.tombstone ? 'not-live' : 'live';
}

/**
 * Applies a snapshot and counts what came of it.
 *
 * @param known the stored user, where it has been read already
 * @returns `unstorable` when the table cannot keep the user at all
 * @throws UserNotWritten when the table does not take it in time
 */
export async function applyNow(
  deps: ReconcileDependencies,
  snapshot: Snapshot,
  changes: ChangeCounter,
  known?: { readonly user: StoredUser | undefined },
): Promise<Settled | 'unstorable'> {
  const { budgetMs } = deps.limits;
  const result = await applySnapshot(deps, snapshot, { path: 'reconciler', budgetMs, ...(known ? { known } : {}) });
  if (result.status === 'settled') {
    changes.settled(result.outcome, result.changedFields);
    return result;
  }
  if (result.status === 'failed' && result.reason === 'unstorable') {
    changes.unstorable();
    return 'unstorable';
  }
  throw new UserNotWritten(`User ${snapshot.id} could not be written within ${budgetMs} ms (${result.reason}).`);
}
