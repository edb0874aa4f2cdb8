import type { MergeOutcome } from '../../domain/decision.ts';
import type { ReadAuthority } from '../../domain/snapshot.ts';
import type { MirroredUser } from '../../domain/user.ts';
import type { SyncFailure } from '../apply-snapshot.ts';
import { applySnapshot } from '../apply-snapshot.ts';
import type { AdminUserDependencies } from './dependencies.ts';
import { BUDGET_MS } from './dependencies.ts';
import type { NotRead } from './read-for-admin.ts';
import { readForAdmin } from './read-for-admin.ts';

export type Synced =
  | { readonly status: 'synced'; readonly outcome: MergeOutcome; readonly user: MirroredUser }
  | { readonly status: 'not-stored'; readonly reason: SyncFailure['reason'] }
  | { readonly status: NotRead };

/**
 * Reads one user from Clerk and merges that, as a run does: it revives whom a mistaken deletion buried, and nobody who was
 * erased. It deletes nobody: whom Clerk does not have a run of mode `user` deletes, under the lease.
 *
 * @throws ForeignInstance, StoreUnavailable
 */
export function syncUser(deps: AdminUserDependencies, userId: string): Promise<Synced> {
  return applyForAdmin(deps, userId, 'deleted');
}

/** @param lifts which tombstones the read may lift */
export async function applyForAdmin(
  deps: AdminUserDependencies,
  userId: string,
  lifts: ReadAuthority,
): Promise<Synced> {
  const read = await readForAdmin(deps, userId, lifts);
  if (typeof read === 'string') return { status: read };
  const result = await applySnapshot(deps, read, { path: 'admin', budgetMs: BUDGET_MS });
  switch (result.status) {
    case 'settled':
      return { status: 'synced', outcome: result.outcome, user: result.user };
    case 'failed':
      return { status: 'not-stored', reason: result.reason };
    case 'unsettled':
      throw new Error('A read of Clerk left a question open: it always settles.');
    default:
      return result satisfies never;
  }
}
