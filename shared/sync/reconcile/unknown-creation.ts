import type { IndexedUser } from '../../ports/user-store.ts';
import type { ChangeCounter, Changes } from './changes.ts';
import { createChangeCounter } from './changes.ts';
import type { ReconcileDependencies, RunIdentity } from './dependencies.ts';
import { each } from '../each.ts';
import type { Problem } from './failure.ts';
import { problemOf } from './failure.ts';
import { mirrorRead } from './mirror-read.ts';
import type { SuspectSpool } from './suspects.ts';
import { createSuspectSpool } from './suspects.ts';

export interface UnknownChunk {
  /** Number of the next piece of suspects, if there is more to do. */
  readonly next: number | undefined;
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
 * Completes users who were created from a token and whose creation time is not known: Clerk is asked for them by id, and
 * those it does not have become suspects. Comes after the walk, which has completed nearly all of them already.
 *
 * The list has no position: what is completed leaves it. A chunk that runs out of time is followed by one that begins it
 * anew. It ends early when more users are missing from Clerk than any run may delete.
 *
 * @param piece number of this chunk's first piece of suspects
 */
export async function completeUnknown(
  deps: ReconcileDependencies,
  run: RunIdentity,
  piece: number,
): Promise<UnknownChunk> {
  const startedAt = deps.clock.now();
  const spool = createSuspectSpool(deps.runs, run.id, piece);
  const changes = createChangeCounter();
  const isLate = (): boolean => deps.clock.now() - startedAt >= deps.limits.chunkMs;
  let hasEnded = false;
  let problem: Problem | undefined;
  try {
    hasEnded = await complete({ deps, spool, changes, isLate });
    await spool.flush();
  } catch (error) {
    hasEnded = false;
    problem = problemOf(error);
  }
  const result = { changes: changes.total(), suspects: spool.added(), problem, tookMs: deps.clock.now() - startedAt };
  return { ...result, next: hasEnded ? undefined : piece, advanced: changes.total().updated > 0 };
}

interface Completion {
  readonly deps: ReconcileDependencies;
  readonly spool: SuspectSpool;
  readonly changes: ChangeCounter;
  readonly isLate: () => boolean;
}

/** @returns whether the end of the list was reached, or does not matter any more */
async function complete(completion: Completion): Promise<boolean> {
  const { deps, spool, isLate } = completion;
  let batch: IndexedUser[] = [];
  for await (const row of deps.store.listUnknownCreation()) {
    batch.push(row);
    if (batch.length < BATCH) continue;
    await completeBatch(completion, batch);
    batch = [];
    if (spool.added() > deps.limits.guard.most) return true;
    if (isLate()) return false;
  }
  if (batch.length > 0) await completeBatch(completion, batch);
  return true;
}

async function completeBatch({ deps, spool, changes }: Completion, rows: readonly IndexedUser[]): Promise<void> {
  const seenAt = deps.clock.now();
  const users = await deps.directory.listUsersById(rows.map(({ id }) => id));
  await each(users, deps.limits.atOnce, async (user) => {
    await mirrorRead(deps, user, seenAt, changes);
  });
  const found = new Set(users.map(({ id }) => id));
  await spool.add(rows.map(({ id }) => id).filter((id) => !found.has(id)));
}
