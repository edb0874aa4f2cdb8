import type { ChunkChanges } from './changes.ts';
import type { ChunkIdentity, ReconcileDependencies } from './dependencies.ts';
import type { Problem } from './failure.ts';
import { problemOf } from './failure.ts';
import type { UpdatedPosition } from './list-updated.ts';
import { listUpdated } from './list-updated.ts';
import type { Look } from './look.ts';
import { createLook } from './look.ts';

/** Where the walk of the last updated users stands, and how many they were so far. */
export interface UpdatedProgress extends UpdatedPosition {
  readonly listed: number;
}

export interface UpdatedChunk extends ChunkChanges {
  readonly next: UpdatedProgress | undefined;
  readonly advanced: boolean;
  /** Clerk's newest `updated_at` when the walk began, ms: what comes later is for the next run. Only from its first chunk. */
  readonly newest?: number;
  /** Whether it ended because the users are more than an incremental run may look at. */
  readonly isTooMuch: boolean;
  readonly problem: Problem | undefined;
  /** ms. */
  readonly tookMs: number;
}

interface Walk {
  readonly deps: ReconcileDependencies;
  readonly since: number;
  readonly start: UpdatedProgress;
  readonly look: Look;
  /** Whoever is updated later than this is not looked at: ms; undefined before the first page. */
  newest: number | undefined;
  position: UpdatedPosition;
  hasEnded: boolean;
  isTooMuch: boolean;
}

/**
 * Looks at the users whom Clerk has updated since a time, the last updated first, for about `limits.chunkMs`. It ends between
 * two times only, so that a time is all that the next chunk must know. May be repeated.
 *
 * @param since ms of Clerk's `updated_at`
 */
export async function lookAtUpdated(
  deps: ReconcileDependencies,
  run: ChunkIdentity,
  since: number,
  start: UpdatedProgress,
): Promise<UpdatedChunk> {
  const startedAt = deps.clock.now();
  const look = createLook(deps, run, ({ asOf }) => asOf);
  const ends = { hasEnded: false, isTooMuch: false };
  const walk: Walk = { deps, since, start, look, newest: start.reached, position: start, ...ends };
  let problem: Problem | undefined;
  try {
    await walkOn(walk, () => deps.clock.now() - startedAt >= deps.limits.chunkMs);
  } catch (error) {
    problem = problemOf(error);
  }
  return { ...resultOf(walk), problem, tookMs: deps.clock.now() - startedAt };
}

async function walkOn(walk: Walk, isLate: () => boolean): Promise<void> {
  const { deps, since, look } = walk;
  for await (const { users, seenAt, position } of listUpdated(deps, walk.start, deps.limits.pageSize)) {
    const newest = walk.newest ?? users[0]?.asOf ?? since;
    walk.newest = newest;
    const inRange = users.filter(({ asOf }) => asOf >= since && asOf <= newest);
    await look.at(inRange, seenAt);
    walk.position = position;
    walk.isTooMuch = isTooMuch(walk);
    if (walk.isTooMuch || (isLate() && hasAdvanced(walk))) return;
    if (position.reached !== undefined && position.reached < since) break;
  }
  walk.hasEnded = true;
}

/** An offset far beyond that is a list that is changed faster than it can be walked, or no list. */
function isTooMuch({ deps, start, look, position }: Walk): boolean {
  const { mostChanged } = deps.limits;
  return start.listed + look.listed(() => true) > mostChanged || position.offset > 2 * mostChanged;
}

function hasAdvanced({ position, newest }: Walk): boolean {
  return position.reached !== undefined && newest !== undefined && position.reached < newest;
}

function resultOf(walk: Walk): Omit<UpdatedChunk, 'problem' | 'tookMs'> {
  const { start, look, newest, position, isTooMuch } = walk;
  const isDone = walk.hasEnded || isTooMuch;
  const isBehind = (time: number): boolean => isDone || time > (position.reached ?? Number.POSITIVE_INFINITY);
  return {
    next: isDone ? undefined : { ...position, listed: start.listed + look.listed(isBehind) },
    advanced: isDone || hasAdvanced(walk),
    ...(start.reached === undefined && newest !== undefined && { newest }),
    isTooMuch,
    ...look.changes(isBehind),
  };
}
