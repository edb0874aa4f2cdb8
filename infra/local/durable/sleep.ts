import type { LocalClock } from '../clock.ts';

/** The longest delay that a Node timer can hold. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * Sleeps until the local clock, which may be moved meanwhile, shows a time.
 * @param time In ms; Infinity sleeps until the signal.
 * @returns Resolves when it is that time, or when the signal aborts.
 */
export function sleepUntil(clock: LocalClock, time: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    let timer: NodeJS.Timeout | undefined;
    const finish = (): void => {
      clearTimeout(timer);
      unsubscribe();
      signal.removeEventListener('abort', finish);
      resolve();
    };
    const look = (): void => {
      clearTimeout(timer);
      const left = time - clock.now();
      if (left <= 0 || signal.aborted) finish();
      // A timer only says when to look again: it may fire early, and the clock decides.
      else if (left < Infinity) timer = setTimeout(look, Math.min(Math.ceil(left), LONGEST_TIMER_MS));
    };
    const unsubscribe = clock.onAdvance(look);
    signal.addEventListener('abort', finish);
    look();
  });
}
