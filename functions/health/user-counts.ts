import type { UserCounts } from '../../shared/ports/sync-measures.ts';

/** Users by which the sides may differ before somebody should look: the threshold of the alarm on the same. */
const MOST_DISCREPANCY = 10;

/** A comparison older than this says nothing of today, days. */
export const LOOK_BACK_DAYS = 7;

export interface UserCountsBody {
  readonly status: 'healthy' | 'warning' | 'unknown';
  readonly clerk_users: number | null;
  readonly db_users: number | null;
  readonly discrepancy: number | null;
  /** ISO. */
  readonly as_of: string | null;
}

/** @param counts undefined when no run has ended yet, or nobody can say */
export function userCountsBody(counts: UserCounts | undefined): UserCountsBody {
  if (!counts) return { status: 'unknown', clerk_users: null, db_users: null, discrepancy: null, as_of: null };
  const { clerkUsers, storedUsers, asOf } = counts;
  const discrepancy = Math.abs(clerkUsers - storedUsers);
  return {
    status: discrepancy > MOST_DISCREPANCY ? 'warning' : 'healthy',
    clerk_users: clerkUsers,
    db_users: storedUsers,
    discrepancy,
    as_of: new Date(asOf).toISOString(),
  };
}
