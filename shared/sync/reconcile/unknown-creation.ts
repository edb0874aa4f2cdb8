import { each } from '../each.ts';
import type { ChangeCounter, Changes } from './changes.ts';
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

export interface UnknownChunk {
  readonly next: UnknownPosition | undefined;
  readonly advanced: boolean;
  readonly changes: Changes;
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
 * @returns how many they are
 */
export async function listUnknown(deps: ReconcileDependencies, run: RunIdentity): Promise<number> {
  const spool = createSuspectSpool(deps.runs, unknownOf(run), 0);
  for await (const { id } of deps.store.listUnknownCreation()) await spool.add([id]);
  await spool.flush();
  return spool.added();
}

/**
 * Completes users who were created from a token and whose creation time is not known: Clerk is asked for them by id, and
 * those it does not have become suspects. It ends early when more are missing from Clerk than any run may delete. May be
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
  let position = done;
  let hasEnded = true;
  let problem: Problem | undefined;
  try {
    for await (const batch of batchesFrom(deps.runs.suspects(unknownOf(run)), done, BATCH)) {
      await completeBatch({ deps, run, spool, changes }, batch);
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
  // A run that writes nothing meets the same users in the next chunk as if for the first time.
  const counted = problem && run.dryRun ? NO_CHANGES : changes.total();
  const result = { changes: counted, suspects: spool.added(), problem, tookMs: deps.clock.now() - startedAt };
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
}

async function completeBatch({ deps, run, spool, changes }: Completion, ids: readonly string[]): Promise<void> {
  const seenAt = deps.clock.now();
  const users = await deps.directory.listUsersById(ids);
  await each(users, deps.limits.atOnce, async (user) => {
    if (!hasCountedInWalk(run, user)) await mirrorRead(deps, run, user, seenAt, changes);
  });
  const found = new Set(users.map(({ id }) => id));
  await spool.add(ids.filter((id) => !found.has(id)));
}
