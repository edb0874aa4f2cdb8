import type { DirectoryUser } from '../../ports/user-directory.ts';
import type { ChunkChanges } from './changes.ts';
import type { ChunkIdentity, ReconcileDependencies } from './dependencies.ts';
import type { Problem } from './failure.ts';
import { problemOf } from './failure.ts';
import { listUsers } from './list-users.ts';
import type { Look } from './look.ts';
import { createLook } from './look.ts';

export interface BannedChunk extends ChunkChanges {
  /** Creation time to go on from, ms; undefined when every banned user was looked at. */
  readonly next: number | undefined;
  readonly advanced: boolean;
  readonly problem: Problem | undefined;
  /** ms. */
  readonly tookMs: number;
}

/** When the users were updated whom the run has looked at before: a dry run must not count them twice. ms. */
export interface LookedAt {
  readonly since: number;
  readonly newest: number;
}

/**
 * Looks at every user whom Clerk has banned, by creation time: whether a ban raises `updated_at` nobody outside Clerk knows.
 * Who is banned no more is not found here. May be repeated.
 *
 * @param from creation time, ms
 */
export async function lookAtBanned(
  deps: ReconcileDependencies,
  run: ChunkIdentity,
  from: number,
  before: LookedAt,
): Promise<BannedChunk> {
  const startedAt = deps.clock.now();
  const look = createLook(deps, run, ({ record }) => record.clerkCreatedAt);
  const walk: Walk = { deps, look, from, position: from, isNew: isNewTo(run, before) };
  let hasEnded = false;
  let problem: Problem | undefined;
  try {
    hasEnded = await walkOn(walk, () => deps.clock.now() - startedAt >= deps.limits.chunkMs);
  } catch (error) {
    problem = problemOf(error);
  }
  const { position } = walk;
  return {
    next: hasEnded ? undefined : position,
    advanced: hasEnded || position > from,
    ...look.changes((time) => hasEnded || time < position),
    problem,
    tookMs: deps.clock.now() - startedAt,
  };
}

interface Walk {
  readonly deps: ReconcileDependencies;
  readonly look: Look;
  readonly from: number;
  readonly isNew: (user: DirectoryUser) => boolean;
  /** Everybody created before this was looked at, ms. */
  position: number;
}

/** @returns whether the list has ended */
async function walkOn(walk: Walk, isLate: () => boolean): Promise<boolean> {
  const { deps, look, from, isNew } = walk;
  for await (const { users, seenAt } of listUsers(onlyBanned(deps), { from })) {
    await look.at(users.filter(isNew), seenAt);
    walk.position = users.at(-1)?.record.clerkCreatedAt ?? walk.position;
    if (isLate() && walk.position > from) return false;
  }
  return true;
}

function onlyBanned({ directory, clock, limits }: ReconcileDependencies): Parameters<typeof listUsers>[0] {
  return {
    clock,
    limits,
    directory: { listUsers: (page, own) => directory.listUsers({ ...page, banned: true }, own) },
  };
}

function isNewTo({ dryRun = false }: ChunkIdentity, { since, newest }: LookedAt): (user: DirectoryUser) => boolean {
  return ({ asOf }) => !dryRun || asOf < since || asOf > newest;
}
