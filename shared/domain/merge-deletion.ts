import type { Decision } from './decision.ts';
import { keep, write } from './decision.ts';
import type { DeletionSnapshot } from './snapshot.ts';
import type { MirroredUser } from './user.ts';
import { blankUser } from './user.ts';

/**
 * A deletion beats every version, also when it arrives before the creation: then only a tombstone is written.
 * One that is not after the user's restoration is stale: the restoring read has seen the user alive since.
 * Of several deletions the latest stands, in whatever order they arrive.
 */
export function mergeDeletion(stored: MirroredUser | undefined, deletion: DeletionSnapshot): Decision {
  const before = stored ?? blankUser(deletion.id);
  if (before.restoredAt !== undefined && deletion.at <= before.restoredAt) return keep('stale', before);
  if (before.tombstone && deletion.at <= before.tombstone.deletedAt) return keep('unchanged', before);
  return write('deleted', before, { ...before, tombstone: { ...before.tombstone, deletedAt: deletion.at } });
}
