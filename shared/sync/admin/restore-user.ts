import { RESTORE_MARGIN_MS } from '../../domain/tombstone.ts';
import type { MirroredUser, Tombstone } from '../../domain/user.ts';
import type { SyncFailure } from '../apply-snapshot.ts';
import type { AdminUserDependencies } from './dependencies.ts';
import type { NotRead } from './read-for-admin.ts';
import { applyForAdmin } from './sync-user.ts';

export type Restoration =
  | { readonly status: 'restored'; readonly user: MirroredUser }
  /** The user lives already. */
  | { readonly status: 'not-deleted'; readonly user: MirroredUser }
  /** Clerk's reads may lag behind the deletion: it can be tried again after this time, ms. */
  | { readonly status: 'too-soon'; readonly after: number }
  /** The table knows no such user. */
  | { readonly status: 'unknown' }
  | { readonly status: 'not-stored'; readonly reason: SyncFailure['reason'] }
  | { readonly status: NotRead };

/**
 * Brings back a user who was deleted by mistake, with what the application kept, roster link and the names that are still free
 * (for those that are not she waits), or one who was erased, as a stranger. Clerk must have her.
 *
 * @throws ForeignInstance, StoreUnavailable
 */
export async function restoreUser(deps: AdminUserDependencies, userId: string): Promise<Restoration> {
  const stored = await deps.store.get(userId, { consistent: true });
  if (!stored) return { status: 'unknown' };
  if (!stored.tombstone) return { status: 'not-deleted', user: stored };
  if (deps.clock.now() <= notBefore(stored.tombstone)) return tooSoon(stored.tombstone);
  const result = await applyForAdmin(deps, userId, 'erased');
  if (result.status !== 'synced') return result;
  const { user, outcome } = result;
  if (user.tombstone) return tooSoon(user.tombstone);
  return { status: outcome === 'restored' ? 'restored' : 'not-deleted', user };
}

function tooSoon(tombstone: Tombstone): Restoration {
  return { status: 'too-soon', after: notBefore(tombstone) };
}

function notBefore({ deletedAt }: Tombstone): number {
  return deletedAt + RESTORE_MARGIN_MS;
}
