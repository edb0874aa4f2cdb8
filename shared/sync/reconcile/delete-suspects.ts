import type { StoredUser } from '../../domain/user.ts';
import { each } from '../each.ts';
import type { ChangeCounter, ChunkChanges } from './changes.ts';
import { addChanges, createChangeCounter, NO_CHANGES } from './changes.ts';
import type { ChunkIdentity, ReconcileDependencies } from './dependencies.ts';
import { hasCountedInWalk } from './dry-run.ts';
import type { Problem } from './failure.ts';
import { problemOf, UnconfirmedAbsence } from './failure.ts';
import { refuseForeignInstance } from './instance.ts';
import { applyNow, changeInRun, mirrorRead } from './mirror-read.ts';
import { batchesFrom } from './suspects.ts';

export interface DeletionChunk extends ChunkChanges {
  /** How many suspects are done with, of all; undefined when that is all of them. */
  readonly next: number | undefined;
  readonly advanced: boolean;
  /** Suspects whom Clerk has after all, who came while the run was walking. */
  readonly newcomers: number;
  readonly problem: Problem | undefined;
  /** ms. */
  readonly tookMs: number;
}

/** Suspects between two looks at the clock. */
const BATCH = 40;

/** A deletion is written while Clerk's word for it is younger than this, ms; the time for the write comes on top. */
const CONFIRMED_FOR_MS = 50_000;

/**
 * Asks Clerk about one suspect after the other: one who does not exist is deleted at once, while the answer is fresh and the
 * lease is the run's, and one who does is merged like any other read. Whom the table no longer has as a live user needs
 * neither. May be repeated.
 *
 * @param source the run whose suspects they are: this one, or the held one that is approved
 * @param done suspects that earlier chunks are done with
 */
export async function deleteSuspects(
  deps: ReconcileDependencies,
  run: ChunkIdentity,
  source: string,
  done: number,
): Promise<DeletionChunk> {
  const startedAt = deps.clock.now();
  const chunk: Chunk = { deps, run, changes: createChangeCounter(), met: new Set(), newcomers: 0 };
  let changes = NO_CHANGES;
  let newcomers = 0;
  let position = done;
  let hasEnded = true;
  let problem: Problem | undefined;
  try {
    await refuseForeignInstance(deps);
    await passOver(chunk, source, done);
    for await (const batch of batchesFrom(deps.runs.suspects(source), done, BATCH)) {
      await each(batch, deps.limits.atOnce, (id) => settle(chunk, id));
      position += batch.length;
      // Of whole batches: the next chunk meets the users of an unfinished one again.
      changes = addChanges(changes, chunk.changes.total());
      newcomers += chunk.newcomers;
      chunk.changes = createChangeCounter();
      chunk.newcomers = 0;
      hasEnded = deps.clock.now() - startedAt < deps.limits.chunkMs;
      if (!hasEnded) break;
    }
  } catch (error) {
    hasEnded = false;
    problem = problemOf(error);
  }
  const tookMs = deps.clock.now() - startedAt;
  const total = { changes, unfinished: chunk.changes.total(), newcomers };
  return { next: hasEnded ? undefined : position, advanced: hasEnded || position > done, ...total, problem, tookMs };
}

interface Chunk {
  readonly deps: ReconcileDependencies;
  readonly run: ChunkIdentity;
  /** Of the batch. */
  changes: ChangeCounter;
  /** Suspects may be spooled twice, and each counts once. */
  readonly met: Set<string>;
  newcomers: number;
}

/** Who stands among the suspects that earlier chunks are done with has been counted. */
async function passOver({ deps, met }: Chunk, source: string, done: number): Promise<void> {
  let passed = 0;
  if (done === 0) return;
  for await (const piece of deps.runs.suspects(source)) {
    for (const id of piece.slice(0, done - passed)) met.add(id);
    passed += piece.length;
    if (passed >= done) return;
  }
}

/** Deletes or merges one suspect by what Clerk says now. The index that made it a suspect lags: the item decides. */
async function settle(chunk: Chunk, id: string): Promise<void> {
  const { deps, run, changes, met } = chunk;
  if (met.has(id)) return;
  met.add(id);
  const stored = await deps.store.get(id, { consistent: true });
  if (!stored) return;
  if (stored.tombstone) {
    const before = changeInRun(stored.runChange, run);
    if (before) changes.settled(before.outcome, before.changedFields);
    return;
  }
  if (isYoung(stored, chunk)) return;
  const askedAt = deps.clock.now();
  const user = await deps.directory.getUser(id);
  if (!user) return deleteConfirmed(chunk, stored, askedAt);
  if (hasCountedInWalk(run, user)) return;
  await mirrorRead(deps, run, user, askedAt, changes);
  if (user.record.clerkCreatedAt > run.startedAt) chunk.newcomers += 1;
}

/**
 * Whom the table has had for less than this run Clerk may not have heard of everywhere yet, and whom only a token has told of,
 * for a little longer: the next run will see.
 */
function isYoung({ createdAt, record }: StoredUser, { run, deps }: Chunk): boolean {
  return createdAt > run.startedAt - (record ? 0 : deps.limits.graceMs);
}

async function deleteConfirmed({ deps, run, changes }: Chunk, stored: StoredUser, askedAt: number): Promise<void> {
  if (deps.clock.now() - askedAt > CONFIRMED_FOR_MS) {
    throw new UnconfirmedAbsence(`Clerk took too long to say that ${stored.id} is gone: it is asked again.`);
  }
  const deletion = { source: 'deletion', id: stored.id, at: askedAt } as const;
  await applyNow(deps, run, deletion, changes, { known: { user: stored }, isFenced: true });
}
