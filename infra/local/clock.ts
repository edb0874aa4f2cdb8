/** Called after the clock was moved, with the new time. */
type AdvanceListener = (now: number) => void;

/** The one clock of everything that runs locally: wall time plus an offset that can be moved forward. */
export interface LocalClock {
  /** Milliseconds since 1970. */
  now(): number;
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
  const listeners = new Set<AdvanceListener>();
  const now = (): number => wall() + offset;
  return {
    now,
    advance(ms) {
      if (!Number.isFinite(ms) || ms < 0) {
        throw new RangeError(`The local clock only moves forward: give it 0 or more milliseconds, not ${ms}.`);
      }
      offset += ms;
      for (const listener of listeners) listener(now());
    },
    onAdvance(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
