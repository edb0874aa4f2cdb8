import type { RunChange, StoredUser } from '../../domain/user.ts';
import type { Turnstile } from '../at-most.ts';
import { atMost } from '../at-most.ts';
import { each } from '../each.ts';
import { factsOfError } from '../told-errors.ts';
import type { ChangeCounter, ChunkChanges } from './changes.ts';
import { createChangeCounter } from './changes.ts';
import type { ChunkIdentity, ReconcileDependencies } from './dependencies.ts';
import { hasCountedInWalk } from './dry-run.ts';
import { findingsOf } from './drift-cause.ts';
import type { Problem } from './failure.ts';
import { expectedProblem, unexpectedProblem, UnconfirmedAbsence } from './failure.ts';
import { refuseForeignInstance } from './instance.ts';
import { lookAt } from './look-at.ts';
import { applyNow, changeInRun, mirrorRead, unlessUnreadable } from './mirror-read.ts';
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

/** Suspects with whom something fails unexpectedly in one chunk: more are a defect, or a missing permission, with all of them. */
const MOST_PASSED_OVER = 10;

/** A deletion is written while Clerk's word for it is younger than this, ms; the time for the write comes on top. */
const CONFIRMED_FOR_MS = 50_000;

/**
 * Asks Clerk about the suspects, a few at the same time: those who do not exist are deleted, one after the other, while the
 * answer is fresh and the lease is the run's, and one who does exist is merged like any other read. Whom the table no longer
 * has as a live user needs neither. May be repeated.
 *
 * @param source the run whose suspects they are: this one, or the held one that is approved
 * @param passed suspects that earlier chunks are done with
 */
export async function deleteSuspects(
  deps: ReconcileDependencies,
  run: ChunkIdentity,
  source: string,
  passed: number,
): Promise<DeletionChunk> {
  const startedAt = deps.clock.now();
  const done = createChangeCounter(run.reported);
  const chunk: Chunk = {
    deps,
    run,
    changes: createChangeCounter(run.reported),
    met: new Set(),
    oneByOne: atMost(1),
    absences: 0,
    vouchedFor: 0,
    newcomers: 0,
    passedOver: 0,
  };
  let newcomers = 0;
  let position = passed;
  let hasEnded = true;
  let problem: Problem | undefined;
  try {
    await refuseForeignInstance(deps);
    await passOver(chunk, source, passed);
    for await (const batch of batchesFrom(deps.runs.suspects(source), passed, BATCH)) {
      newcomers += await settleBatch(chunk, batch, done);
      position += batch.length;
      hasEnded = deps.clock.now() - startedAt < deps.limits.chunkMs;
      if (!hasEnded) break;
    }
  } catch (error) {
    hasEnded = false;
    // Whatever it was, this chunk has to tell whom it has deleted: the guard adds that up.
    problem = expectedProblem(error) ?? unexpectedProblem(deps.log, run.step, error);
  }
  const tookMs = deps.clock.now() - startedAt;
  const total = { changes: done.total(), unfinished: chunk.changes.total(), newcomers };
  return { next: hasEnded ? undefined : position, advanced: hasEnded || position > passed, ...total, problem, tookMs };
}

interface Chunk {
  readonly deps: ReconcileDependencies;
  readonly run: ChunkIdentity;
  /** Of the batch. */
  changes: ChangeCounter;
  /** Suspects may be spooled twice, and each counts once. */
  readonly met: Set<string>;
  /** Through which every deletion is written: each checks the one lease, and of two such transactions at once one is cancelled. */
  readonly oneByOne: Turnstile;
  /** Suspects of whom Clerk has said that they are gone. */
  absences: number;
  /** The first so many of these were told by the table's own instance. */
  vouchedFor: number;
  newcomers: number;
  passedOver: number;
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

/** Counts whole batches: the next chunk meets the users of an unfinished one again. @returns how many newcomers it has met */
async function settleBatch(chunk: Chunk, batch: readonly string[], done: ChangeCounter): Promise<number> {
  const { deps, run } = chunk;
  await each(batch, deps.limits.atOnce, (id) => settleOrPassOver(chunk, id));
  const { newcomers } = chunk;
  done.add(chunk.changes.total());
  chunk.changes = createChangeCounter(run.reported);
  chunk.newcomers = 0;
  return newcomers;
}

/** An error that nobody expects must not keep a run from everybody else: whoever it was about is passed over, and counted. */
async function settleOrPassOver(chunk: Chunk, id: string): Promise<void> {
  const { deps, run, changes } = chunk;
  try {
    await unlessUnreadable(deps, id, changes, () => settle(chunk, id));
  } catch (error) {
    if (expectedProblem(error) || chunk.passedOver >= MOST_PASSED_OVER) throw error;
    chunk.passedOver += 1;
    changes.unsettled();
    deps.log.error('suspect passed over', { userId: id, step: run.step, ...factsOfError(error) });
  }
}

/** Deletes or merges one suspect by what Clerk says now. The index that made it a suspect lags: the item decides. */
async function settle(chunk: Chunk, id: string): Promise<void> {
  const { deps, run, changes, met } = chunk;
  if (met.has(id)) return;
  met.add(id);
  const { user: stored } = await lookAt(deps, run, id, { consistent: true });
  if (!stored) return;
  if (stored.tombstone) {
    const before = changeInRun(stored.runChange, run);
    if (before) countAgain(chunk, id, before);
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

/** What an attempt that was cut off has done. */
function countAgain({ deps, changes }: Chunk, userId: string, { outcome, changedFields }: RunChange): void {
  const evidence = { before: undefined, clerk: undefined, now: deps.clock.now() };
  const findings = findingsOf({ outcome, changedFields }, evidence);
  changes.settled({ userId, outcome, changedFields, findings });
}

/**
 * Clerk's reads lag behind its events and tokens: of a user who is new to the table they may not know everywhere yet, and only
 * the next run will see. One whom a run has written was read from Clerk before this run began: its note tells, since whoever
 * gave her a name later counts as a reconciler too, and need not have asked Clerk.
 */
function isYoung({ createdAt, runChange }: StoredUser, { run, deps }: Chunk): boolean {
  return createdAt > run.startedAt - (runChange ? 0 : deps.limits.graceMs);
}

/** Clerk's word grows older while others are written: it counts when the turn has come. */
function deleteConfirmed(chunk: Chunk, stored: StoredUser, askedAt: number): Promise<void> {
  const { deps, run, changes, oneByOne } = chunk;
  chunk.absences += 1;
  const absence = chunk.absences;
  return oneByOne(async () => {
    if (absence > chunk.vouchedFor) await vouch(chunk);
    if (deps.clock.now() - askedAt > CONFIRMED_FOR_MS) {
      throw new UnconfirmedAbsence(`It took too long since Clerk said that ${stored.id} is gone: it is asked again.`);
    }
    const deletion = { source: 'deletion', id: stored.id, at: askedAt } as const;
    await applyNow(deps, run, deletion, changes, { known: { user: stored }, isFenced: true });
  });
}

/**
 * The key may be exchanged at any moment, and to another instance everybody is gone. Asked after an absence was told, Clerk
 * answers by the same key or by a later one: one question vouches for all that were told before it.
 */
async function vouch(chunk: Chunk): Promise<void> {
  const { absences } = chunk;
  await refuseForeignInstance(chunk.deps);
  chunk.vouchedFor = absences;
}
