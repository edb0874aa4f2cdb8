/** How many deletions a run may make without a person's approval. */
export interface DeletionGuard {
  /** Never more than this many in one run, and with the runs of the last 24 hours. */
  readonly most: number;
  /** Never more than this share of all live users. */
  readonly mostOfAll: number;
  /** Never more than this share of all live users, unless `few` allows it: what a mirror loses in a day without anyone noticing. */
  readonly share: number;
  /** This many are fine although they are a larger `share`: a small table would hold every deletion otherwise. */
  readonly few: number;
}

export const DELETION_GUARD: DeletionGuard = { most: 1_000, mostOfAll: 0.5, share: 0.02, few: 20 };

/** What the walk found, as far as it decides whether its proposals can be trusted. */
export interface WalkFindings {
  /** Users in Clerk's list. */
  readonly listed: number;
  /** Those of them that Clerk created after the run began. */
  readonly listedSinceStart: number;
  /** Live users in the table before the run. */
  readonly live: number;
  readonly suspects: number;
  /** Users whom runs have deleted without approval in the last 24 hours. */
  readonly deletedLately: number;
  /** A run of that time of which nobody knows how many it has deleted, in words. */
  readonly unreadableRun?: string | undefined;
  /** Clerk's own count, before the walk and after it. */
  readonly countedBefore: number;
  readonly countedAfter: number;
}

/**
 * Whether a run must not delete anyone: Clerk's list cannot be trusted, or it proposes more than happens by itself.
 *
 * @returns the reason in words, for the one on call; undefined when the deletions may be judged one by one
 */
export function reasonToHold(found: WalkFindings, guard: DeletionGuard): string | undefined {
  return found.suspects === 0 ? undefined : (untrustworthyList(found) ?? tooManyOrUnknown(found, guard));
}

/**
 * Whether Clerk's list had fewer users than Clerk itself counts. With nothing to delete that endangers nobody, but the run has
 * not seen everybody and must not pass for one that has.
 *
 * @returns what is wrong in words
 */
export function reasonToDoubt({
  listed,
  countedBefore,
  countedAfter,
}: Pick<WalkFindings, 'listed' | 'countedBefore' | 'countedAfter'>): string | undefined {
  if (listed >= Math.min(countedBefore, countedAfter)) return undefined;
  return `Clerk's list had ${listed} users, but Clerk counted ${countedBefore} before the run and ${countedAfter} after it.`;
}

/** What is wrong with Clerk's list, in words; undefined where it agrees with Clerk's own count. */
export function untrustworthyList(found: WalkFindings): string | undefined {
  const { listed, live, countedBefore, countedAfter } = found;
  if (listed === 0 && live > 0) return `Clerk's list of users was empty while the table has ${live} live users.`;
  if (listed <= mostToBeListed(found)) return reasonToDoubt(found);
  return `Clerk's list had ${listed} users, but Clerk counted ${countedBefore} before the run and ${countedAfter} after it.`;
}

/**
 * Users who came while the list was read are in it without having been counted before; of users who went, some are in it
 * without being counted after. So neither count alone bounds it.
 */
function mostToBeListed({ listedSinceStart, countedBefore, countedAfter }: WalkFindings): number {
  return Math.max(countedBefore + listedSinceStart, countedAfter);
}

/** Whether one user more may go without a person's approval. */
export function reasonToKeepOne(found: Omit<Proposed, 'suspects'>, guard: DeletionGuard): string | undefined {
  return tooManyOrUnknown({ ...found, suspects: 1 }, guard);
}

type Proposed = Pick<WalkFindings, 'suspects' | 'deletedLately' | 'live' | 'unreadableRun'>;

function tooManyOrUnknown(found: Proposed, guard: DeletionGuard): string | undefined {
  const { suspects, unreadableRun } = found;
  if (unreadableRun === undefined) return tooMany(found, guard);
  return `${suspects} users are in the table but not in Clerk's list, and nobody knows how many have been deleted by a run whose record cannot be read: ${unreadableRun}`;
}

/** Twenty an hour would empty a table as surely as all at once: what earlier runs have deleted counts, and had been live. */
function tooMany({ suspects, deletedLately, live }: Proposed, guard: DeletionGuard): string | undefined {
  const total = suspects + deletedLately;
  const all = live + deletedLately;
  const before = deletedLately > 0 ? `, and ${deletedLately} were deleted in the last 24 hours` : '';
  const proposed = `${suspects} users are in the table but not in Clerk's list${before}`;
  if (total > guard.most) return `${proposed}: more than the ${guard.most} that one run may delete.`;
  if (total > all * guard.mostOfAll) {
    return `${proposed}: more than ${percent(guard.mostOfAll)} of all ${all} live users.`;
  }
  if (total > Math.max(guard.few, all * guard.share)) {
    return `${proposed}: more than ${guard.few} and more than ${percent(guard.share)} of all ${all} live users.`;
  }
  return undefined;
}

function percent(share: number): string {
  return `${Math.round(share * 1_000) / 10} %`;
}
