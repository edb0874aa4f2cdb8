import type { RunStore } from '../../ports/run-store.ts';

/** Keeps the suspects of a chunk in pieces of the run, so that no number of them fills the memory. */
export interface SuspectSpool {
  add(userIds: readonly string[]): Promise<void>;
  /** Writes what has been added so far. */
  flush(): Promise<void>;
  /** Number of the next piece. */
  nextPiece(): number;
  /** Suspects added. */
  added(): number;
}

/** About 200 KB of ids: well below the 400 KB that one item may have. */
const PIECE_USERS = 5_000;

/**
 * @param firstPiece where this chunk's pieces begin: pieces are numbered through the run, and a chunk that is repeated writes
 * the same ones again. What an earlier attempt left beyond them are suspects of the same walk: each is judged by itself.
 */
export function createSuspectSpool(runs: RunStore, runId: string, firstPiece: number): SuspectSpool {
  let piece = firstPiece;
  let added = 0;
  let waiting: string[] = [];
  // Several windows add to one spool: a piece is taken whole before it is written, and put back when that fails.
  const write = async (): Promise<void> => {
    const ids = waiting;
    const number = piece;
    waiting = [];
    piece += 1;
    try {
      await runs.putSuspects(runId, number, ids);
    } catch (error) {
      waiting = [...ids, ...waiting];
      throw error;
    }
  };
  return {
    async add(userIds) {
      added += userIds.length;
      for (const id of userIds) {
        waiting.push(id);
        if (waiting.length >= PIECE_USERS) await write();
      }
    },
    async flush() {
      if (waiting.length > 0) await write();
    },
    nextPiece: () => piece,
    added: () => added,
  };
}

/**
 * The suspects of a run, each once, in one order whoever asks.
 *
 * @param most stops reading when there are more than this: such a run is held anyway
 */
export async function collectSuspects(runs: RunStore, runId: string, most: number): Promise<readonly string[]> {
  const ids = new Set<string>();
  for await (const piece of runs.suspects(runId)) {
    for (const id of piece) ids.add(id);
    if (ids.size > most) break;
  }
  return [...ids].toSorted();
}

/**
 * Spooled ids in their order, some at a time.
 * @param done ids at the front to pass over
 */
export async function* batchesFrom(
  pieces: AsyncIterable<readonly string[]>,
  done: number,
  size: number,
): AsyncGenerator<readonly string[]> {
  let toSkip = done;
  for await (const piece of pieces) {
    for (let start = Math.min(toSkip, piece.length); start < piece.length; start += size) {
      yield piece.slice(start, start + size);
    }
    toSkip = Math.max(0, toSkip - piece.length);
  }
}
