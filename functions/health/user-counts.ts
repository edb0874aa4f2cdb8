import type * as z from 'zod/mini';
import type { UserCounts } from '../../shared/ports/sync-measures.ts';
import type { userCountsSchema } from '../http/schemas/health.ts';

/** Users by which the sides may differ before somebody should look: the threshold of the alarm on the same. */
const MOST_DISCREPANCY = 10;

/** A comparison older than this says nothing of today, days. */
export const LOOK_BACK_DAYS = 7;

export type UserCountsBody = z.infer<typeof userCountsSchema>;

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
