import { waitsFor } from '../../domain/names.ts';
import type { StoredUser } from '../../domain/user.ts';
import { UnstorableUser } from '../../ports/user-store.ts';
import type { Turnstile } from '../at-most.ts';
import { each } from '../each.ts';
import { isOfWaiting } from '../fingerprint.ts';
import { requeue } from '../names/requeue.ts';
import type { ChangeCounter } from './changes.ts';
import type { Difference } from './compare.ts';
import { Comparison } from './compare.ts';
import type { ChunkIdentity, ReconcileDependencies } from './dependencies.ts';
import type { Problem } from './failure.ts';
import { CursorLost, problemIn } from './failure.ts';
import { hasMoreRowsAt } from './index-rows.ts';
import { listUsers } from './list-users.ts';
import { mirrorRead } from './mirror-read.ts';
import type { Moment } from './moment.ts';
import { rowsOfListed } from './moment.ts';
import type { SuspectSpool } from './suspects.ts';
import type { Reached, WindowPosition, WindowProgress, WindowReached } from './walk-progress.ts';
import { createWindowProgress } from './walk-progress.ts';

/** What the windows of a chunk have in common. */
export interface ChunkOfWindows {
  readonly deps: ReconcileDependencies;
  readonly run: ChunkIdentity;
  readonly markEvery: number;
  readonly spool: SuspectSpool;
  readonly changes: ChangeCounter;
  /** What was done to users whom the next chunk meets again. */
  readonly unfinished: ChangeCounter;
  /** Through which every user is written, whichever window she is of. */
  readonly turnstile: Turnstile;
  /** Whether the chunk's time is up. */
  readonly isLate: () => boolean;
}

/** How far a window came, and what ended it before its time. */
export interface WalkedWindow {
  readonly reached: WindowReached;
  readonly problem: Problem | undefined;
}

/** A set of one creation time is begun anew so often: each time, a user of it was deleted just when Clerk was to go on by her. */
const MOST_RESTARTS = 5;

const HOPELESS: Problem = {
  message: 'Clerk refused its own cursors in a large set of users of one creation time, each time it was walked.',
  passing: false,
};

/** Walks one window until it ends, the chunk's time is up, or something fails: what is done stays done. */
export async function walkWindow(chunk: ChunkOfWindows, start: WindowPosition): Promise<WalkedWindow> {
  const { deps, run, markEvery, spool } = chunk;
  const { from, until, inside } = start;
  const { largeMoment } = deps.limits;
  const progress = createWindowProgress(start, run, markEvery);
  const comparison = new Comparison(deps.store, spool, { from, until, inside, largeMoment, run });
  let restarts = 0;
  const problem = await problemIn(async () => {
    try {
      await walk({ ...chunk, start, progress, comparison });
    } catch (error) {
      if (error instanceof CursorLost) restarts = progress.restart();
      throw error;
    } finally {
      for (const moment of comparison.unfinished()) chunk.unfinished.add(moment.changes.total());
      await comparison.release();
    }
  });
  return { reached: progress.reached(), problem: restarts > MOST_RESTARTS ? HOPELESS : problem };
}

interface WindowWalk extends ChunkOfWindows {
  readonly start: WindowPosition;
  readonly progress: WindowProgress;
  readonly comparison: Comparison;
}

/** The window ends with the first user of Clerk's list who is beyond it, or with the list. */
async function walk(window: WindowWalk): Promise<void> {
  const { deps, start, progress, comparison, isLate } = window;
  const { from, until = Number.POSITIVE_INFINITY, inside } = start;
  const enough = (time: number): boolean => isLate() && time > from;
  for await (const page of listUsers(deps, { from, cursor: inside?.cursor })) {
    const users = page.users.filter(({ record }) => record.clerkCreatedAt < until);
    const { differences, left } = await comparison.compare(users, enough);
    await settleAll(window, differences, page.seenAt);
    await note(window, left === undefined ? comparison.reached(page.cursor) : { from: left });
    if (left !== undefined) return;
    if (users.length < page.users.length) break;
    if (isLate() && progress.hasAdvanced()) return;
  }
  const left = await comparison.finish(enough);
  await note(window, left === undefined ? undefined : { from: left });
  if (left === undefined) progress.ended();
}

/** Counts the moments that are finished, once all their users are settled. */
async function note(
  { deps, run, changes, progress, comparison }: WindowWalk,
  next: Reached | undefined,
): Promise<void> {
  const closed = comparison.takeClosed();
  const doubtful: number[] = [];
  for (const moment of closed) if (await isDoubtful(deps, run, moment)) doubtful.push(moment.time);
  progress.passed(closed, doubtful, next);
  for (const moment of closed) changes.add(moment.changes.total());
}

/** Of a large moment nobody knows whom of the table's users the list has not shown: only whether there are any. */
async function isDoubtful({ store }: ReconcileDependencies, run: ChunkIdentity, moment: Moment): Promise<boolean> {
  return moment.isLarge && (await hasMoreRowsAt(store, moment.time, rowsOfListed(moment, run)));
}

/** Brings users who are missing or differ in line, each with what the page said of them. */
async function settleAll(window: WindowWalk, differences: readonly Difference[], seenAt: number): Promise<void> {
  const { turnstile, deps } = window;
  await each(differences, deps.limits.atOnce, (one) => turnstile(() => settle(window, one, seenAt)));
}

async function settle({ deps, run }: WindowWalk, { user, moment, row }: Difference, seenAt: number): Promise<void> {
  const { state, before } = await mirrorRead(deps, run, user, seenAt, moment.changes);
  // The index is not asked about users of a large moment: who waits for a name, or is live already, the item says.
  const mayWait = isOfWaiting(row?.fingerprint) || isWaiting(before);
  if (mayWait && state !== 'unstorable') await requeueOrTell(deps, user.id, moment.changes);
  const wasLive = row !== undefined || (before !== undefined && !before.tombstone);
  if (state === 'live' || (state === 'unstorable' && wasLive)) moment.live += 1;
}

/** One whose item has grown too large to be written must not keep the run from everybody else. */
async function requeueOrTell(deps: ReconcileDependencies, userId: string, changes: ChangeCounter): Promise<void> {
  try {
    await requeue(deps, userId);
  } catch (error) {
    if (!(error instanceof UnstorableUser)) throw error;
    changes.unstorable();
    deps.log.error('user cannot be noted as waiting for a name', { userId, reason: error.message });
  }
}

function isWaiting(stored: StoredUser | undefined): boolean {
  return stored !== undefined && (['email', 'username'] as const).some((kind) => waitsFor(stored, kind) !== undefined);
}
