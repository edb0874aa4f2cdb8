import { MalformedItem } from '../../ports/malformed-item.ts';
import type { Changes } from './changes.ts';
import { createChangeCounter } from './changes.ts';
import type { ChunkIdentity, ReconcileDependencies } from './dependencies.ts';
import { deletedLately } from './deleted-lately.ts';
import { reasonToKeepOne } from './guard.ts';
import { refuseForeignInstance } from './instance.ts';
import { lookAt } from './look-at.ts';
import { mirrorRead } from './mirror-read.ts';
import { NEW_RUN, recordOpening, recordProposals } from './run.ts';
import { createSuspectSpool } from './suspects.ts';
import type { Walked } from './walk-progress.ts';

/** What came of one user: the counts are of that user alone. */
export interface SingleUser {
  readonly walked: Walked;
  readonly changes: Changes;
  /** 1 when the table has the user and Clerk does not: the deletion is still to be confirmed. */
  readonly suspects: number;
  /** Why the user may not be deleted, in words. */
  readonly heldBecause: string | undefined;
}

/**
 * Reads one user from Clerk and brings the table in line, or spools the user as the run's one suspect. May be repeated.
 * @throws ForeignInstance, DirectoryUnavailable, StoreUnavailable, UserNotWritten
 */
export async function reconcileUser(
  deps: ReconcileDependencies,
  run: ChunkIdentity,
  userId: string,
): Promise<SingleUser> {
  await refuseForeignInstance(deps);
  const changes = createChangeCounter();
  const seenAt = deps.clock.now();
  const user = await deps.directory.getUser(userId);
  await recordOpening(deps, run, user ? 1 : 0);
  const mirrored = user && (await mirrorRead(deps, run, user, seenAt, changes));
  const spool = createSuspectSpool(deps.runs, run.id, 0);
  const isProposed = !user && (await mayBeLive(deps, run, userId));
  await spool.add(isProposed ? [userId] : []);
  await spool.flush();
  const walked = { listed: user ? 1 : 0, listedSinceStart: 0, live: mirrored?.state === 'live' ? 1 : 0 };
  const heldBecause = isProposed ? await reasonToKeep(deps, run) : undefined;
  const suspects = spool.added();
  await recordProposals(deps, run, { ...NEW_RUN, suspects, heldBecause });
  return { walked, changes: changes.total(), suspects, heldBecause };
}

/** Whether there is somebody to delete: also where her item cannot be read, of which the deletion tells. */
async function mayBeLive(deps: ReconcileDependencies, run: ChunkIdentity, userId: string): Promise<boolean> {
  try {
    const { user } = await lookAt(deps, run, userId, { consistent: true });
    return user !== undefined && !user.tombstone;
  } catch (error) {
    if (error instanceof MalformedItem) return true;
    throw error;
  }
}

/** One user at a time would empty a table as surely as all at once. Nobody has walked it: Clerk's count stands for its own. */
async function reasonToKeep(deps: ReconcileDependencies, run: ChunkIdentity): Promise<string | undefined> {
  const lately = await deletedLately(deps, run);
  if (lately.deletedLately === 0 && lately.unreadableRun === undefined) return undefined;
  const live = (await deps.directory.countUsers()) + 1;
  return reasonToKeepOne({ live, ...lately }, deps.limits.guard);
}
