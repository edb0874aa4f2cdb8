import type { ChangeCounter, Changes } from './changes.ts';
import { createChangeCounter, NO_CHANGES } from './changes.ts';
import { Comparison } from './compare.ts';
import type { ChunkIdentity, ReconcileDependencies } from './dependencies.ts';
import { each } from '../each.ts';
import type { Problem } from './failure.ts';
import { problemOf } from './failure.ts';
import type { ListedPage } from './list-users.ts';
import { listUsers } from './list-users.ts';
import { requeue } from '../names/requeue.ts';
import { mirrorRead } from './mirror-read.ts';
import type { SuspectSpool } from './suspects.ts';
import { createSuspectSpool } from './suspects.ts';
import type { Reached, WalkPosition, WalkProgress } from './walk-progress.ts';
import { createWalkProgress } from './walk-progress.ts';

export interface WalkChunk extends Reached {
  readonly changes: Changes;
  readonly suspects: number;
  /** What ended the chunk before its time. */
  readonly problem: Problem | undefined;
  /** ms. */
  readonly tookMs: number;
}

/**
 * Walks Clerk's list beside the index for about `limits.chunkMs`, repairing missing and differing users on the way and
 * spooling suspects. A chunk may be repeated: what is right already is not written again, and counted as if it was.
 *
 * It stops between pages, and the next chunk goes on from the creation time of the last user: the users of that time are
 * compared again. So a chunk ends late when one creation time alone takes longer.
 *
 * @returns how far it came, also when Clerk or the table failed on the way: what is done stays done and counted
 */
export async function walkChunk(
  deps: ReconcileDependencies,
  run: ChunkIdentity,
  start: WalkPosition,
): Promise<WalkChunk> {
  const startedAt = deps.clock.now();
  const spool = createSuspectSpool(deps.runs, run.id, start.piece);
  const changes = createChangeCounter(run.reported);
  const progress = createWalkProgress(start, run);
  const isLate = (): boolean => deps.clock.now() - startedAt >= deps.limits.chunkMs;
  const walking = await problemIn(() => walk({ deps, run, from: start.from, spool, changes, progress, isLate }));
  const flushing = await problemIn(() => spool.flush());
  if (flushing) progress.undo();
  return {
    ...progress.reached(spool.nextPiece()),
    changes: flushing && run.dryRun ? NO_CHANGES : changes.total(),
    suspects: spool.added(),
    problem: walking ?? flushing,
    tookMs: deps.clock.now() - startedAt,
  };
}

async function problemIn(work: () => Promise<void>): Promise<Problem | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    return problemOf(error);
  }
}

interface Walk {
  readonly deps: ReconcileDependencies;
  readonly run: ChunkIdentity;
  readonly from: number;
  readonly spool: SuspectSpool;
  readonly changes: ChangeCounter;
  readonly progress: WalkProgress;
  readonly isLate: () => boolean;
}

async function walk({ deps, run, from, spool, changes, progress, isLate }: Walk): Promise<void> {
  const comparison = new Comparison(deps.store, from, run, spool);
  const finish = (openTime: number | undefined): void => {
    const closed = comparison.takeClosed();
    progress.finished(closed, openTime);
    if (run.dryRun) for (const moment of closed) changes.add(moment.changes.total());
  };
  try {
    for await (const page of listUsers(deps, from, deps.limits.pageSize)) {
      await repair({ deps, run, changes }, page, comparison);
      finish(comparison.openTime());
      if (isLate() && progress.hasAdvanced()) return;
    }
    const left = await comparison.finish((time) => isLate() && time > from);
    finish(left);
    if (left === undefined) progress.ended();
  } finally {
    await comparison.release();
  }
}

/** Writes the users of a page who are missing or differ, each from what the page said of them. */
async function repair(
  { deps, run, changes }: Pick<Walk, 'deps' | 'run' | 'changes'>,
  page: ListedPage,
  comparison: Comparison,
): Promise<void> {
  const differences = await comparison.compare(page.users);
  await each(differences, deps.limits.atOnce, async ({ user, moment, stored, isWaiting }) => {
    const state = await mirrorRead(deps, run, user, page.seenAt, run.dryRun ? moment.changes : changes);
    if (isWaiting) await requeue(deps, user.id);
    if (state === 'live' || (state === 'unstorable' && stored)) moment.live += 1;
  });
}
