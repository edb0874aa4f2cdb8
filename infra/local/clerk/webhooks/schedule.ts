const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Svix's schedule: each is the wait after the failed attempt before it (8 attempts in 27 h 35 min 5 s). */
const RETRY_DELAYS_MS = [5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 10 * HOUR];

/** Svix disables an endpoint to which every attempt failed for this long. */
const DISABLE_AFTER_MS = 5 * 24 * HOUR;

/** An endpoint that has not answered by then has failed. Not scaled: it is about the endpoint's real speed. */
export const ATTEMPT_TIMEOUT_MS = 15 * SECOND;

export interface RetrySchedule {
  /** @returns Milliseconds until the next attempt, undefined after the last one. */
  delayAfter(failedAttempts: number): number | undefined;
  readonly disableAfterMs: number;
}

/** @param scale 1 is Svix's real schedule, 0.001 a thousand times faster. */
export function retrySchedule(scale: number): RetrySchedule {
  return {
    delayAfter(failedAttempts) {
      const delay = RETRY_DELAYS_MS[failedAttempts - 1];
      return delay === undefined ? undefined : delay * scale;
    },
    disableAfterMs: DISABLE_AFTER_MS * scale,
  };
}
