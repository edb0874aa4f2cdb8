import type { SyncCounts } from '../../shared/ports/sync-measures.ts';

/** The time that is looked at, minutes. */
export const WINDOW_MINUTES = 15;

/** Fewer attempts than this say nothing about a share: one lost call at night is no outage. */
export const LEAST_ATTEMPTS = 20;

/** From this share of failed attempts on, syncs are down. */
export const FAILING_SHARE = 0.05;

export interface SyncHealth {
  readonly status: 'up' | 'down';
  /** Failed attempts of all, 0 to 1. */
  readonly failureRate: number;
  readonly attempts: number;
  readonly failed: number;
}

/**
 * Whether syncs fail. An attempt is an invocation that was not turned away: an unchanged request counts nothing of its own,
 * and junk must not hide an outage. Whoever was refused since the table was away is a failure as well as a refusal, so that
 * attempts are never fewer than failures. The alarm `SyncFailures` goes by the same.
 */
export function judgeSyncs({ invocations, refused, failed }: SyncCounts): SyncHealth {
  const attempts = Math.max(invocations - refused, failed);
  const share = attempts === 0 ? 0 : failed / attempts;
  const isDown = attempts >= LEAST_ATTEMPTS && share >= FAILING_SHARE;
  return { status: isDown ? 'down' : 'up', failureRate: Number(share.toFixed(4)), attempts, failed };
}
