/**
 * When a group of fields was true, and when its source looked.
 *
 * `asOf` is Clerk's `updated_at` in ms, never a token's `iat`: a refreshed token may carry older claims.
 * `seenAt` (ms) is the start of an API read, the `timestamp` of a webhook's envelope, and 0 for a token.
 */
export interface Version {
  readonly asOf: number;
  readonly seenAt: number;
}

/** Below every version Clerk can give: a user created from a token without order has it. */
export const LOWEST_VERSION: Version = { asOf: 0, seenAt: 0 };

/** Two sources that looked within this time of each other (ms) cannot be ordered by when they looked. */
export const SEEN_MARGIN_MS = 5_000;

const SECOND_MS = 1_000;

/** Whether `version` was taken from a token, which does not say when it looked. */
export function isFromToken(version: Version): boolean {
  return version.seenAt === 0;
}

/**
 * Whether two different stamps fall in one second and one of them may have been cut down to it, so that they order nothing.
 * Clerk's custom claims can give `updated_at` in seconds: such a stamp means "at or after". A stamp in ms that happens to
 * end in 000 is treated alike, which costs a read of Clerk and is never wrong.
 */
export function shareCutSecond(a: Version, b: Version): boolean {
  if (a.asOf === b.asOf) return false;
  return Math.floor(a.asOf / SECOND_MS) === Math.floor(b.asOf / SECOND_MS) && (isWholeSecond(a) || isWholeSecond(b));
}

function isWholeSecond(version: Version): boolean {
  return version.asOf % SECOND_MS === 0;
}

/** The later of two versions: versions never decrease, whatever decides the content. */
export function laterVersion(a: Version, b: Version): Version {
  if (a.asOf !== b.asOf) return a.asOf > b.asOf ? a : b;
  return a.seenAt >= b.seenAt ? a : b;
}
