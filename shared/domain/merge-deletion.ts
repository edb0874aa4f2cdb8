import type { Decision } from './decision.ts';
import { keep, write } from './decision.ts';
import type { DeletionSnapshot } from './snapshot.ts';
import type { MirroredUser, Tombstone } from './user.ts';
import { blankUser } from './user.ts';

/**
 * A deletion beats every version, also when it arrives before the creation: then only a tombstone is written.
 * One that is not after the user's restoration is stale: the restoring read has seen the user alive since.
 * Of several deletions the latest stands, in whatever order they arrive.
 */
export function mergeDeletion(stored: MirroredUser | undefined, deletion: DeletionSnapshot): Decision {
  const before = stored ?? blankUser(deletion.id);
  if (before.restoredAt !== undefined && deletion.at <= before.restoredAt) return keep('stale', before);
  const { tombstone } = before;
  if (tombstone && !tombstone.inClerk && deletion.at <= tombstone.deletedAt) return keep('unchanged', before);
  return write('deleted', before, { ...before, tombstone: buried(tombstone, deletion.at) });
}

/** Of one who was erased while Clerk had her any deletion is news, however it is dated: Clerk never has her again. */
function buried(tombstone: Tombstone | undefined, at: number): Tombstone {
  if (!tombstone) return { deletedAt: at };
  const { inClerk, ...rest } = tombstone;
  return { ...rest, deletedAt: inClerk ? Math.max(at, tombstone.deletedAt) : at };
}
