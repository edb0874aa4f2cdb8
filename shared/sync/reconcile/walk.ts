import { atMost } from '../at-most.ts';
import type { ChangeCounter, ChunkChanges } from './changes.ts';
import { addChanges, createChangeCounter, NO_CHANGES } from './changes.ts';
import type { ChunkIdentity, ReconcileDependencies } from './dependencies.ts';
import type { Problem } from './failure.ts';
import { problemIn } from './failure.ts';
import { createSuspectSpool } from './suspects.ts';
import type { Findings, WalkPosition } from './walk-progress.ts';
import { addFindings, NO_FINDINGS } from './walk-progress.ts';
import type { ChunkOfWindows, WalkedWindow } from './walk-window.ts';
import { walkWindow } from './walk-window.ts';

export interface WalkChunk extends Findings, ChunkChanges {
  /** Where the next chunk begins; undefined when every window is finished. */
  readonly next: WalkPosition | undefined;
  /** Whether the next chunk begins further on than this one did. */
  readonly advanced: boolean;
  /** Number of the next piece of suspects, whoever writes it. */
  readonly nextPiece: number;
  readonly suspects: number;
  /** What ended the chunk, or one of its windows, before its time. */
  readonly problem: Problem | undefined;
  /** ms. */
  readonly tookMs: number;
}

/**
 * Walks Clerk's list beside the index for about `limits.chunkMs`, in all windows at the same time, repairing missing and
 * differing users on the way and spooling suspects. A chunk may be repeated: what is right already is not written again, and
 * counted as if it was.
 *
 * Each window stops between pages, and goes on in the next chunk from the creation time of its last user: the users of that
 * time are compared again, unless they are so many that it stops among them.
 *
 * @returns how far it came, also when Clerk or the table failed on the way: what is done stays done and counted. One window's
 * trouble ends that window's part of the chunk only.
 */
export async function walkChunk(
  deps: ReconcileDependencies,
  run: ChunkIdentity,
  start: WalkPosition,
): Promise<WalkChunk> {
  const startedAt = deps.clock.now();
  const spool = createSuspectSpool(deps.runs, run.id, start.piece);
  const changes = createChangeCounter(run.reported);
  const unfinished = createChangeCounter(run.reported);
  const turnstile = atMost(deps.limits.atOnce);
  const isLate = (): boolean => deps.clock.now() - startedAt >= deps.limits.chunkMs;
  const { markEvery } = start;
  const windows = await walkAll({ deps, run, markEvery, spool, changes, unfinished, turnstile, isLate }, start);
  const flushing = await problemIn(() => spool.flush());
  return {
    ...(flushing ? stayedAt(start) : reached(start, windows, spool.nextPiece())),
    ...(flushing ? notFinished(changes, unfinished) : { changes: changes.total(), unfinished: unfinished.total() }),
    suspects: spool.added(),
    problem: worstOf([...windows.map(({ problem }) => problem), flushing]),
    tookMs: deps.clock.now() - startedAt,
  };
}

/** An error that nobody expects ends the chunk, as soon as the other windows have finished what they are at. */
async function walkAll(chunk: ChunkOfWindows, { windows }: WalkPosition): Promise<readonly WalkedWindow[]> {
  const errors: unknown[] = [];
  const isLate = (): boolean => errors.length > 0 || chunk.isLate();
  const walked = await Promise.all(
    windows.map((window) =>
      walkWindow({ ...chunk, isLate }, window).catch((error: unknown) => {
        errors.push(error);
      }),
    ),
  );
  if (errors.length > 0) throw errors[0];
  return walked.filter((window) => window !== undefined);
}

type Reached = Findings & Pick<WalkChunk, 'next' | 'advanced' | 'nextPiece'>;

/** @param writtenUpTo number of the piece after the last that the chunk has written; who has not come further writes them again */
function reached(start: WalkPosition, walked: readonly WalkedWindow[], writtenUpTo: number): Reached {
  const all = walked.map((window) => window.reached);
  const advanced = all.some((window) => window.advanced);
  const nextPiece = advanced ? writtenUpTo : start.piece;
  const windows = all.flatMap(({ next }) => next ?? []);
  const next = windows.length > 0 ? { ...start, windows, piece: nextPiece } : undefined;
  return { ...all.reduce<Findings>(addFindings, NO_FINDINGS), next, advanced, nextPiece };
}

/** Without its suspects a chunk has come nowhere: it is walked again from its start. */
function stayedAt(start: WalkPosition): Reached {
  return { ...NO_FINDINGS, next: start, advanced: false, nextPiece: start.piece };
}

function notFinished(changes: ChangeCounter, unfinished: ChangeCounter): ChunkChanges {
  return { changes: NO_CHANGES, unfinished: addChanges(changes.total(), unfinished.total()) };
}

/** What waiting cannot help is said at once. */
function worstOf(problems: readonly (Problem | undefined)[]): Problem | undefined {
  const found = problems.filter((problem) => problem !== undefined);
  return found.find(({ passing }) => !passing) ?? found[0];
}
