import type { Clock } from '../../ports/time.ts';

/** A token bucket: calls that are allowed now, and how soon there will be more. */
export interface CallBucket {
  /** @returns whether there was a call left; it is gone then */
  take(): boolean;
}

/**
 * @param options.callsPerSecond how fast the bucket fills
 * @param options.burst calls that it holds, and starts with
 */
export function createCallBucket(options: {
  readonly clock: Clock;
  readonly callsPerSecond: number;
  readonly burst: number;
}): CallBucket {
  const { clock, callsPerSecond, burst } = options;
  let left = burst;
  let filledAt = clock.now();
  const fill = (): void => {
    const now = clock.now();
    // A clock that was set back fills nothing, and goes on from where it is now.
    const gained = (Math.max(0, now - filledAt) / 1_000) * callsPerSecond;
    left = Math.min(burst, left + gained);
    filledAt = now;
  };
  return {
    take() {
      fill();
      if (left < 1) return false;
      left -= 1;
      return true;
    },
  };
}
