import type { RunChange, StoredUser } from '../../domain/user.ts';
import { each } from '../each.ts';
import type { ChangeCounter, Changes } from './changes.ts';
import { createChangeCounter } from './changes.ts';
import type { ChunkIdentity, ReconcileDependencies } from './dependencies.ts';
import { hasCountedInWalk } from './dry-run.ts';
import { findingsOf } from './drift-cause.ts';
import type { Problem } from './failure.ts';
import { problemOf, UnconfirmedAbsence } from './failure.ts';
import { refuseForeignInstance } from './instance.ts';
import { lookAt } from './look-at.ts';
import { applyNow, changeInStep, mirrorRead, unlessUnreadable } from './mirror-read.ts';
import { batchesFrom } from './suspects.ts';

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
  const changes = createChangeCounter(run.reported);
  const chunk: Chunk = { deps, run, changes, met: new Set(), newcomers: 0 };
  let counted = changes.total();
  let position = done;
  let hasEnded = true;
  let problem: Problem | undefined;
  try {
    await refuseForeignInstance(deps);
    for await (const batch of batchesFrom(deps.runs.suspects(source), done, BATCH)) {
      await each(batch, deps.limits.atOnce, async (id) => {
        await unlessUnreadable(deps, id, changes, () => settle(chunk, id));
      });
      position += batch.length;
      counted = changes.total();
      hasEnded = deps.clock.now() - startedAt < deps.limits.chunkMs;
      if (!hasEnded) break;
    }
  } catch (error) {
    hasEnded = false;
    problem = problemOf(error);
  }
  const tookMs = deps.clock.now() - startedAt;
  // A run that writes nothing meets the users of an unfinished batch again as if for the first time.
  const total = { changes: run.dryRun ? counted : changes.total(), newcomers: chunk.newcomers };
  return { next: hasEnded ? undefined : position, advanced: hasEnded || position > done, ...total, problem, tookMs };
}

interface Chunk {
  readonly deps: ReconcileDependencies;
  readonly run: ChunkIdentity;
  readonly changes: ChangeCounter;
  /** Suspects may be spooled twice, and each counts once. */
  readonly met: Set<string>;
  newcomers: number;
}

/** Deletes or merges one suspect by what Clerk says now. The index that made it a suspect lags: the item decides. */
async function settle(chunk: Chunk, id: string): Promise<void> {
  const { deps, run, changes, met } = chunk;
  if (met.has(id)) return;
  met.add(id);
  const { user: stored } = await lookAt(deps, run, id, { consistent: true });
  if (!stored) return;
  if (stored.tombstone) {
    const before = changeInStep(stored.runChange, run);
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
