const SECOND_MS = 1000;
const DAY_MS = 24 * 60 * 60 * SECOND_MS;

/** How long a quarantined event waits for a replay. */
export const QUARANTINE_DAYS = 30;

/** How long an administrative action can be looked up: a year, and time to find that one has to. */
export const AUDIT_DAYS = 400;

/** How long a reservation that nobody needs stays when the one who should remove it does not come to it. */
export const FREE_NAME_DAYS = 30;

/** @returns DynamoDB's unit for times to live, seconds since the epoch, for `days` after `ms` */
export function expiryAfter(ms: number, days: number): number {
  return secondsOf(ms + days * DAY_MS);
}

/** @returns ms: whatever began before this and lives for `days` is past its time to live at `now` */
export function oldestAlive(now: number, days: number): number {
  return Math.max(0, now - days * DAY_MS);
}

/**
 * Whether an item is past its time to live: DynamoDB deletes it up to days later, so that whoever reads must look.
 *
 * @param expiresAt seconds since the epoch; undefined for an item that stays
 * @param now ms
 */
export function isExpired(expiresAt: number | undefined, now: number): boolean {
  return expiresAt !== undefined && expiresAt <= secondsOf(now);
}

export function secondsOf(ms: number): number {
  return Math.floor(ms / SECOND_MS);
}
