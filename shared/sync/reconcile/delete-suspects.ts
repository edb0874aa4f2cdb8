import type { Changes, ChangeCounter } from './changes.ts';
import { createChangeCounter } from './changes.ts';
import type { ReconcileDependencies, RunIdentity } from './dependencies.ts';
import { each } from '../each.ts';
import type { Problem } from './failure.ts';
import { problemOf } from './failure.ts';
import { refuseForeignInstance } from './instance.ts';
import { applyNow, mirrorRead } from './mirror-read.ts';
import { collectSuspects } from './suspects.ts';

export interface DeletionChunk {
  /** How many suspects are done with, of all; undefined when that is all of them. */
  readonly next: number | undefined;
  readonly advanced: boolean;
  readonly changes: Changes;
  /** Suspects whom Clerk has after all, who came while the run was walking. */
  readonly newcomers: number;
  readonly problem: Problem | undefined;
  /** ms. */
  readonly tookMs: number;
}

/** Suspects between two looks at the clock. */
const BATCH = 40;

/**
 * Asks Clerk about one suspect after the other: one who does not exist is deleted at once, while the answer is fresh, and one
 * who does is merged like any other read. Whom the table no longer has as a live user needs neither. May be repeated.
 *
 * @param done suspects that earlier chunks are done with
 */
export async function deleteSuspects(
  deps: ReconcileDependencies,
  run: RunIdentity,
  done: number,
): Promise<DeletionChunk> {
  const startedAt = deps.clock.now();
  const changes = createChangeCounter();
  const chunk = { deps, run, changes, newcomers: 0 };
  let next: number | undefined = done;
  let problem: Problem | undefined;
  try {
    await refuseForeignInstance(deps);
    const suspects = await collectSuspects(deps.runs, run.id, deps.limits.guard.most);
    do {
      const batch = suspects.slice(next, next + BATCH);
      await each(batch, deps.limits.atOnce, (id) => settle(chunk, id));
      next = next + BATCH < suspects.length ? next + BATCH : undefined;
    } while (next !== undefined && deps.clock.now() - startedAt < deps.limits.chunkMs);
  } catch (error) {
    problem = problemOf(error);
  }
  const { newcomers } = chunk;
  const tookMs = deps.clock.now() - startedAt;
  return { next, advanced: next !== done, changes: changes.total(), newcomers, problem, tookMs };
}

interface Chunk {
  readonly deps: ReconcileDependencies;
  readonly run: RunIdentity;
  readonly changes: ChangeCounter;
  newcomers: number;
}

/** Deletes or merges one suspect by what Clerk says now. The index that made it a suspect lags: the item decides. */
async function settle(chunk: Chunk, id: string): Promise<void> {
  const { deps, run, changes } = chunk;
  const stored = await deps.store.get(id, { consistent: true });
  if (!stored || stored.tombstone) return;
  // Whom the table has had for less than this run Clerk may not have heard of everywhere yet: the next run will see.
  if (stored.createdAt > run.startedAt) return;
  const askedAt = deps.clock.now();
  const user = await deps.directory.getUser(id);
  if (!user) {
    await applyNow(deps, { source: 'deletion', id, at: askedAt }, changes, { user: stored });
    return;
  }
  await mirrorRead(deps, user, askedAt, changes);
  if (user.record.clerkCreatedAt > run.startedAt) chunk.newcomers += 1;
}
