import type { DirectoryUser } from '../../ports/user-directory.ts';
import { each } from '../each.ts';
import type { ChangeCounter, ChunkChanges } from './changes.ts';
import { createChangeCounter, NO_CHANGES } from './changes.ts';
import type { ChunkIdentity, ReconcileDependencies, RunIdentity } from './dependencies.ts';
import type { Problem } from './failure.ts';
import { hasCountedInWalk } from './dry-run.ts';
import { problemOf } from './failure.ts';
import { mirrorRead } from './mirror-read.ts';
import type { SuspectSpool } from './suspects.ts';
import { batchesFrom, createSuspectSpool } from './suspects.ts';

export interface UnknownPosition {
  /** Users that earlier chunks are done with. */
  readonly done: number;
  /** Number of the next piece of suspects. */
  readonly piece: number;
}

export interface UnknownChunk extends ChunkChanges {
  readonly next: UnknownPosition | undefined;
  readonly advanced: boolean;
  /** Users whose creation time was told here: the walk has not counted them. */
  readonly newcomers: number;
  readonly suspects: number;
  readonly problem: Problem | undefined;
  /** ms. */
  readonly tookMs: number;
}

/** What Clerk answers at once. */
const BATCH = 100;

/**
 * Writes down whose creation time is not known. Whoever is completed leaves that list: a chunk that is repeated would not find
 * there what it has done. Comes after the walk, which has completed nearly all of them. May be repeated.
 *
 * @param doubtful creation times (ms) of which the table may have more users than Clerk: those are written down as well
 * @returns how many they are
 */
export async function listUnknown(
  deps: ReconcileDependencies,
  run: RunIdentity,
  doubtful: readonly number[],
): Promise<number> {
  const { store } = deps;
  const spool = createSuspectSpool(deps.runs, unknownOf(run), 0);
  for await (const { id } of store.listUnknownCreation()) await spool.add([id]);
  for (const time of doubtful) {
    for await (const { id } of store.listByCreation(time, { until: time + 1 })) await spool.add([id]);
  }
  await spool.flush();
  return spool.added();
}

/**
 * Completes users who were created from a token and whose creation time is not known, and looks for those whom the table may
 * have too many: Clerk is asked for them by id, and those it does not have become suspects. It ends early when more are missing from Clerk than any run may delete. May be
 * repeated.
 */
export async function completeUnknown(
  deps: ReconcileDependencies,
  run: ChunkIdentity,
  { done, piece }: UnknownPosition,
): Promise<UnknownChunk> {
  const startedAt = deps.clock.now();
  const spool = createSuspectSpool(deps.runs, run.id, piece);
  const changes = createChangeCounter(run.reported);
  const completion: Completion = { deps, run, spool, changes, newcomers: 0 };
  let position = done;
  let hasEnded = true;
  let problem: Problem | undefined;
  try {
    for await (const batch of batchesFrom(deps.runs.suspects(unknownOf(run)), done, BATCH)) {
      await completeBatch(completion, batch);
      position += batch.length;
      if (spool.added() > deps.limits.guard.most) break;
      hasEnded = deps.clock.now() - startedAt < deps.limits.chunkMs;
      if (!hasEnded) break;
    }
    await spool.flush();
  } catch (error) {
    hasEnded = false;
    position = done;
    problem = problemOf(error);
  }
  // After a problem the same users are met again by the next chunk.
  const total = changes.total();
  const counted = problem ? { changes: NO_CHANGES, unfinished: total } : { changes: total, unfinished: NO_CHANGES };
  const newcomers = problem ? 0 : completion.newcomers;
  const result = {
    ...counted,
    newcomers,
    suspects: spool.added(),
    problem,
    tookMs: deps.clock.now() - startedAt,
  };
  const next = hasEnded ? undefined : { done: position, piece: spool.nextPiece() };
  return { ...result, next, advanced: hasEnded || position > done };
}

/** The list of these users is kept like suspects, beside those of the run. */
function unknownOf({ id }: RunIdentity): string {
  return `${id}.unknown`;
}

interface Completion {
  readonly deps: ReconcileDependencies;
  readonly run: ChunkIdentity;
  readonly spool: SuspectSpool;
  readonly changes: ChangeCounter;
  newcomers: number;
}

async function completeBatch(completion: Completion, ids: readonly string[]): Promise<void> {
  const { deps, run, spool } = completion;
  const seenAt = deps.clock.now();
  const users = await deps.directory.listUsersById(ids);
  await each(users, deps.limits.atOnce, async (user) => {
    if (!hasCountedInWalk(run, user)) await complete(completion, user, seenAt);
  });
  const found = new Set(users.map(({ id }) => id));
  await spool.add(ids.filter((id) => !found.has(id)));
}

/** Whom the walk has met has the creation time that Clerk tells: one who had not is in none of its counts. */
async function complete(completion: Completion, user: DirectoryUser, seenAt: number): Promise<void> {
  const { deps, run, changes } = completion;
  const own = createChangeCounter();
  await mirrorRead(deps, run, user, seenAt, own);
  const { updated, drift } = own.total();
  changes.add(own.total());
  if (drift['clerkCreatedAt'] !== undefined) completion.newcomers += updated;
}
