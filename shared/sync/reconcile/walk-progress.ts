import type { Moment } from './compare.ts';
import type { RunIdentity } from './dependencies.ts';

/** Where the walk stands. Everything that Clerk created before `from` is compared and repaired. */
export interface WalkPosition {
  /** ms. */
  readonly from: number;
  /** Number of the next piece of suspects. */
  readonly piece: number;
}

/** Users compared, each counted once over all chunks. */
export interface Walked {
  /** Users in Clerk's list. */
  readonly listed: number;
  /** Those of them that Clerk created after the run began. */
  readonly listedSinceStart: number;
  /** Those of them who are live in the table now. */
  readonly live: number;
}

export const NOTHING_WALKED: Walked = { listed: 0, listedSinceStart: 0, live: 0 };

export function addWalked(a: Walked, b: Walked): Walked {
  return {
    listed: a.listed + b.listed,
    listedSinceStart: a.listedSinceStart + b.listedSinceStart,
    live: a.live + b.live,
  };
}

/** What a chunk of the walk has behind it. */
export interface Reached {
  /** Where the next chunk begins; undefined when both lists have ended. */
  readonly next: WalkPosition | undefined;
  /** Whether the next chunk begins further on than this one did. */
  readonly advanced: boolean;
  /** Number of the next piece of suspects, whoever writes it. */
  readonly nextPiece: number;
  readonly walked: Walked;
}

/** Counts whole moments only: one that is cut off is walked again by the next chunk. */
export interface WalkProgress {
  /** These moments are finished; the walk goes on at `openTime` (ms), if a moment is open. */
  finished(moments: readonly Moment[], openTime: number | undefined): void;
  /** Whether a next chunk that begins now would begin further on than this one. */
  hasAdvanced(): boolean;
  /** Both lists have ended. */
  ended(): void;
  /** The chunk did not leave behind what it must: it will be walked again from its start. */
  undo(): void;
  /** @param writtenUpTo number of the piece after the last that this chunk has written */
  reached(writtenUpTo: number): Reached;
}

export function createWalkProgress(start: WalkPosition, run: RunIdentity): WalkProgress {
  let from = start.from;
  let walked = NOTHING_WALKED;
  let hasEnded = false;
  return {
    finished(moments, openTime) {
      walked = moments.map((moment) => walkedOf(moment, run)).reduce(addWalked, walked);
      from = openTime ?? from;
    },
    hasAdvanced: () => from > start.from,
    ended() {
      hasEnded = true;
    },
    undo() {
      from = start.from;
      walked = NOTHING_WALKED;
      hasEnded = false;
    },
    reached(writtenUpTo) {
      const advanced = hasEnded || from > start.from;
      const nextPiece = advanced ? writtenUpTo : start.piece;
      return { next: hasEnded ? undefined : { from, piece: nextPiece }, advanced, nextPiece, walked };
    },
  };
}

function walkedOf({ time, listed, live }: Moment, run: RunIdentity): Walked {
  return { listed, listedSinceStart: time > run.startedAt ? listed : 0, live };
}
