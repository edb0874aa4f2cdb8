/**
 * Times in seconds lie here: from 2001 to 2286. The same numbers read as ms lie in the spring of 1970, where no change of a
 * Clerk user can: so that the magnitude tells which unit was meant.
 */
const FIRST_SECOND = 1_000_000_000;
const LAST_SECOND = 10_000_000_000;

/** From here on (the year 2286) a number is no time in ms: nanoseconds, microseconds, nonsense. It also keeps times to 13 digits. */
const END_OF_TIME_MS = 10_000_000_000_000;

const DECIMAL = /^\d{1,16}(\.\d{1,9})?$/;

/** Whether a time is given in seconds, judged by its magnitude. */
export function isInSeconds(time: number): boolean {
  return time >= FIRST_SECOND && time < LAST_SECOND;
}

/**
 * A time of Clerk's as milliseconds since the epoch. Clerk gives ms in its API and in the users of its webhooks, and seconds
 * in some envelopes and in the claims of its documentation's examples.
 *
 * @param value a number or, as a token may carry it, its decimal text; in seconds or ms
 * @returns undefined for anything else: not finite, negative, beyond the year 2286
 */
export function toMilliseconds(value: unknown): number | undefined {
  const time = toNumber(value);
  if (time === undefined) return undefined;
  return inRange(isInSeconds(time) ? time * 1_000 : time);
}

/** A time whose unit is known to be ms: one that may lie anywhere in the past, so that its magnitude says nothing. */
export function exactMilliseconds(value: unknown): number | undefined {
  return typeof value === 'number' ? inRange(value) : undefined;
}

function inRange(ms: number): number | undefined {
  return ms >= 0 && ms < END_OF_TIME_MS ? Math.round(ms) : undefined;
}

function toNumber(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && DECIMAL.test(value) ? Number(value) : undefined;
}
