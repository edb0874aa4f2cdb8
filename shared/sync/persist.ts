import type { Random } from '../ports/random.ts';
import type { Timers } from '../ports/time.ts';
import { StoreUnavailable } from '../ports/user-store.ts';

interface PauseDependencies {
  readonly timers: Timers;
  readonly random: Random;
}

/**
 * Repeats a call of the store while it is unavailable and there is time. Reads, and writes with a condition, can be repeated
 * safely.
 *
 * @param signal aborts when the time is up
 * @throws StoreUnavailable, the last one, when it is; whatever else the call throws, at once
 */
export async function persist<T>(deps: PauseDependencies, signal: AbortSignal, call: () => Promise<T>): Promise<T> {
  for (let failures = 1; ; failures += 1) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof StoreUnavailable) || signal.aborted) throw error;
      await backOff(deps, signal, failures).catch(() => {
        // Time ran out while waiting: that the store was unavailable is the reason, not that somebody waited.
        throw error;
      });
    }
  }
}

const FIRST_PAUSE_MS = 10;
const LONGEST_PAUSE_MS = 500;

/** Waits a random time below a doubling bound, so that writers that collided do not collide again. */
export async function backOff(
  { timers, random }: PauseDependencies,
  signal: AbortSignal,
  times: number,
): Promise<void> {
  const bound = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(times, 10));
  await timers.sleep(random.next() * bound, signal);
}
