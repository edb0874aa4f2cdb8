/** A stretch of time, in ms since 1970: from the first moment, before the last. */
export interface Window {
  readonly from: number;
  readonly until: number;
}

/** The most that one query gives: more would be a mistake of whoever asks. */
const MOST_WINDOWS = 100_800;

/** The periods that cover a range, as CloudWatch aligns them: each begins at a multiple of its length. Ascending. */
export function alignedWindows({ from, until }: Window, periodMs: number): Window[] {
  const first = Math.floor(from / periodMs);
  const count = Math.min(Math.max(0, Math.ceil(until / periodMs) - first), MOST_WINDOWS);
  return Array.from({ length: count }, (_, index) => {
    const start = (first + index) * periodMs;
    return { from: start, until: start + periodMs };
  });
}

/** The last `count` periods that end now. Ascending. CloudWatch aligns them to the minute: here a fault counts at once. */
export function latestWindows(now: number, periodMs: number, count: number): Window[] {
  const end = now + 1;
  return Array.from({ length: count }, (_, index) => {
    const from = end - (count - index) * periodMs;
    return { from, until: from + periodMs };
  });
}
