import { applySnapshot } from '../apply-snapshot.ts';
import { batchesOf } from '../batches.ts';
import { dismissEvents } from '../erasure/dismiss-events.ts';
import type { ChunkIdentity, ReconcileDependencies } from './dependencies.ts';
import { UserNotWritten } from './failure.ts';
import { refuseForeignInstance } from './instance.ts';
import { leaseOf } from './lease.ts';
import type { Found } from './look-at.ts';
import { lookAt } from './look-at.ts';
import { logUnerasable } from './unerasable.ts';

/** As many users as Clerk answers for at once. */
const BATCH = 100;

/**
 * Counts the users who were erased although Clerk has them: the table and Clerk differ by them for good. Whom Clerk has deleted
 * since, unheard, gets her tombstone's end, if Clerk's word is good enough for that. What events have brought about them into
 * quarantine since their erasure goes, as far as retention is on. May be repeated.
 *
 * @param isTrusted whether Clerk's word that there is no such user is believed: a run that is held doubts it
 * @throws ForeignInstance, DirectoryUnavailable, StoreUnavailable, UserNotWritten, LeaseLost
 */
export async function countErasedInClerk(
  deps: ReconcileDependencies,
  run: ChunkIdentity,
  isTrusted: boolean,
): Promise<number> {
  await refuseForeignInstance(deps);
  let count = 0;
  for await (const ids of batchesOf(deps.store.listErasedInClerk(), BATCH)) {
    if (deps.retention && !run.dryRun) {
      await dismissEvents({ ...deps, quarantine: deps.retention.quarantine }, new Set(ids), 'tell');
    }
    const listed = new Set((await deps.directory.listUsersById(ids)).map(({ id }) => id));
    count += listed.size;
    for (const id of isTrusted ? ids : []) if (!listed.has(id) && !(await bury(deps, run, id))) count += 1;
  }
  return count;
}

/**
 * The index lags: only one who is erased is given her tombstone's end here. One who lives again is for the walk to find and for
 * the guard to judge, whatever Clerk says of her now.
 *
 * @returns whether she is none of those whom Clerk has and an admin has erased
 */
async function bury(deps: ReconcileDependencies, run: ChunkIdentity, id: string): Promise<boolean> {
  const found = await lookAtErased(deps, run, id);
  if (!found?.user?.tombstone?.inClerk) return true;
  const at = deps.clock.now();
  if (await deps.directory.getUser(id)) return false;
  const { budgetMs } = deps.limits;
  const result = await applySnapshot(
    deps,
    { source: 'deletion', id, at },
    { path: 'reconciler', budgetMs, known: found, run: { runId: run.id, step: run.step, lease: leaseOf(run) } },
  );
  if (result.status === 'settled') return true;
  throw new UserNotWritten(`User ${id} could not be written within ${budgetMs} ms.`);
}

/** @returns undefined for one whose item somebody has broken: everybody else is to be counted all the same */
async function lookAtErased(deps: ReconcileDependencies, run: ChunkIdentity, id: string): Promise<Found | undefined> {
  try {
    return await lookAt(deps, run, id, { consistent: true });
  } catch (error) {
    logUnerasable(deps, id, error);
    return undefined;
  }
}
