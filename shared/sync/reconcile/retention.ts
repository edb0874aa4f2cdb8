import type { DeletedUser } from '../../ports/user-store.ts';
import { batchesOf } from '../batches.ts';
import { each } from '../each.ts';
import { eraseMirrored } from '../erasure/erase-mirrored.ts';
import type { ReconcileDependencies, Retention, RunIdentity } from './dependencies.ts';
import type { Problem } from './failure.ts';
import { problemOf } from './failure.ts';
import { refuseForeignInstance } from './instance.ts';
import { logUnerasable } from './unerasable.ts';

export interface RetentionChunk {
  /** Deletions from this time on are still to be looked at, ms; undefined when there is no next chunk. */
  readonly next: number | undefined;
  readonly advanced: boolean;
  readonly problem: Problem | undefined;
  /** ms. */
  readonly tookMs: number;
}

/** As many users as Clerk answers for at once. */
const BATCH = 100;

const DAY_MS = 86_400_000;

/**
 * Erases the personal fields of users who were deleted longer ago than they are kept. An erasure cannot be taken back, so
 * Clerk is asked once more: whoever it has after all is passed over, and left to the walk of the next run. The index that
 * lists them lags: the item decides. May be repeated.
 *
 * @param from deletions before this time (ms) are done with
 */
export async function eraseDue(
  deps: ReconcileDependencies,
  retention: Retention,
  run: RunIdentity,
  from: number,
): Promise<RetentionChunk> {
  const startedAt = deps.clock.now();
  const chunk: Chunk = { deps, retention, until: run.startedAt - retention.days * DAY_MS, erased: 0 };
  let reached = from;
  let hasEnded = true;
  let problem: Problem | undefined;
  try {
    await refuseForeignInstance(deps);
    for await (const batch of batchesOf(deps.store.listDeleted({ from, until: chunk.until }), BATCH)) {
      await eraseBatch(chunk, batch);
      reached = batch.at(-1)?.deletedAt ?? reached;
      hasEnded = deps.clock.now() - startedAt < deps.limits.chunkMs;
      if (!hasEnded) break;
    }
  } catch (error) {
    hasEnded = false;
    problem = problemOf(error);
  }
  const advanced = hasEnded || reached > from || chunk.erased > 0;
  return { next: hasEnded ? undefined : reached, advanced, problem, tookMs: deps.clock.now() - startedAt };
}

interface Chunk {
  readonly deps: ReconcileDependencies;
  readonly retention: Retention;
  /** Whoever was deleted before this time is erased, ms. */
  readonly until: number;
  erased: number;
}

async function eraseBatch(chunk: Chunk, batch: readonly DeletedUser[]): Promise<void> {
  const { deps } = chunk;
  const ids = batch.map(({ id }) => id);
  const listed = new Set((await deps.directory.listUsersById(ids)).map(({ id }) => id));
  if (listed.size > 0) deps.log.warn('retention passes over users whom Clerk has', { userIds: [...listed] });
  const due = ids.filter((id) => !listed.has(id));
  await each(due, deps.limits.atOnce, (id) => eraseOne(chunk, id));
}

/** Goes on without one whose item somebody has broken: everybody else's time has come, too. */
async function eraseOne(chunk: Chunk, id: string): Promise<void> {
  const { deps, retention, until } = chunk;
  const { budgetMs } = deps.limits;
  const whom = { deletedBefore: until };
  const erasing = { ...deps, quarantine: retention.quarantine };
  try {
    if ((await eraseMirrored(erasing, id, { path: 'reconciler', budgetMs, whom })) === 'erased') chunk.erased += 1;
  } catch (error) {
    logUnerasable(deps, id, error);
  }
}
