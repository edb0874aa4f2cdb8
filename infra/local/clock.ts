/** Called after the clock was moved, with the new time. */
type AdvanceListener = (now: number) => void;

/** The one clock of everything that runs locally: wall time plus an offset that can be moved forward. */
export interface LocalClock {
  /** Milliseconds since 1970. */
  now(): number;
  /**
   * How far it is ahead of the machine's own clock, ms. Not the difference of two looks at the two: a millisecond may pass between
   * them, and times that were equal would no longer be.
   */
  ahead(): number;
  /** @returns What it showed when the machine's own clock showed `wallMs`. */
  at(wallMs: number): number;
  /**
   * Moves the clock forward and tells everyone who listens.
   * @param ms Milliseconds, 0 or more: what runs on this clock relies on its never going back.
   */
  advance(ms: number): void;
  /** @returns A function that ends the subscription. */
  onAdvance(listener: AdvanceListener): () => void;
}

/**
 * @param offsetMs How far ahead of the wall clock to start.
 * @param wall The time it is measured from; a test may bring its own.
 */
export function createLocalClock(offsetMs = 0, wall: () => number = () => Date.now()): LocalClock {
  let offset = offsetMs;
  const moves: { readonly wall: number; readonly before: number }[] = [];
  const listeners = new Set<AdvanceListener>();
  const now = (): number => wall() + offset;
  return {
    now,
    ahead: () => offset,
    at: (wallMs) => wallMs + (moves.find((move) => wallMs < move.wall)?.before ?? offset),
    advance(ms) {
      if (!Number.isFinite(ms) || ms < 0) {
        throw new RangeError(`The local clock only moves forward: give it 0 or more milliseconds, not ${ms}.`);
      }
      moves.push({ wall: wall(), before: offset });
      offset += ms;
      for (const listener of listeners) listener(now());
    },
    onAdvance(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
