import type { Clock, Timers } from '../../ports/time.ts';

/** Lets calls through no faster than they are allowed, in the order in which they came. */
export interface CallPace {
  /**
   * Resolves when the call may be made; rejects with the signal's reason if it aborts first, and then uses up nothing.
   * @throws PaceClosed when it is closed for longer than anybody waits
   */
  turn(callsPerSecond: number, signal?: AbortSignal): Promise<void>;
  /** Nobody's turn comes before `ms` from now. */
  closeFor(ms: number): void;
}

/** Calls are asked to wait for longer than whoever makes them can. */
export class PaceClosed extends Error {
  readonly code = 'pace_closed';
  override readonly name = 'PaceClosed';
  /** For how long, ms. */
  readonly forMs: number;

  constructor(forMs: number) {
    super(`No call may be made for another ${Math.ceil(forMs / 1_000)} s.`);
    this.forMs = forMs;
  }
}

interface CallPaceOptions {
  readonly clock: Clock;
  readonly timers: Timers;
  /** Nobody waits when it is closed for longer than this, ms; without it everybody does. */
  readonly longestPauseMs?: number;
}

/** Clerk counts its calls over so many seconds. */
export const CLERK_WINDOW_S = 10;

/**
 * A token bucket that waits. It holds what is allowed in a second, and fills so much more slowly that what is allowed in ten
 * seconds is never exceeded, wherever they begin.
 */
export function createCallPace({
  clock,
  timers,
  longestPauseMs = Number.POSITIVE_INFINITY,
}: CallPaceOptions): CallPace {
  let left = Number.POSITIVE_INFINITY;
  let filledAt = clock.now();
  let closedUntil = 0;
  let lastTurn: Promise<void> = Promise.resolve();

  /** @returns how long to wait for a call, ms; 0 when it may be made: it is gone then */
  const take = (callsPerSecond: number): number => {
    const now = clock.now();
    const holds = Math.max(1, callsPerSecond);
    // A clock that was set back fills nothing, and goes on from where it is now.
    const gained = (Math.max(0, now - filledAt) / 1_000) * fillRate(callsPerSecond, holds);
    left = Math.min(holds, left + gained);
    filledAt = now;
    if (now < closedUntil) return pauseOf(closedUntil - now, longestPauseMs);
    if (left < 1) return Math.ceil(((1 - left) / fillRate(callsPerSecond, holds)) * 1_000);
    left -= 1;
    return 0;
  };

  return {
    async turn(callsPerSecond, signal) {
      const before = lastTurn;
      const { promise: over, resolve: end } = Promise.withResolvers<void>();
      lastTurn = over;
      try {
        await unlessAborted(before, signal);
        for (let ms = take(callsPerSecond); ms > 0; ms = take(callsPerSecond)) await timers.sleep(ms, signal);
      } finally {
        // Whoever gives up in the queue hands on the turn that has not come yet.
        void before.then(end);
      }
    },
    closeFor(ms) {
      closedUntil = Math.max(closedUntil, clock.now() + ms);
    },
  };
}

/** @throws PaceClosed for one that is longer than anybody waits */
function pauseOf(ms: number, longestMs: number): number {
  if (ms > longestMs) throw new PaceClosed(ms);
  return ms;
}

/** Calls a second that, with a full bucket before them, make what is allowed in Clerk's window. */
function fillRate(callsPerSecond: number, holds: number): number {
  return callsPerSecond - (holds - 1) / CLERK_WINDOW_S;
}

async function unlessAborted(turn: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  if (!signal) return turn;
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const giveUp = (): void => reject(signal.reason);
  signal.addEventListener('abort', giveUp, { once: true });
  try {
    await Promise.race([turn, aborted]);
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
}
