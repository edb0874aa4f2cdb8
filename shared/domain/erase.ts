import type { MirroredUser, Profile, UserRecord } from './user.ts';

const NO_PROFILE: Profile = { email: null, firstName: null, lastName: null, imageUrl: null };

/**
 * How long the tombstone of an erased user stays: longer than any event or token that could revive her. An event may come for
 * 28 hours after the erasure and then wait in quarantine for 30 days. Days.
 */
export const TOMBSTONE_DAYS = 32;

const DAY_MS = 86_400_000;

/**
 * A user without any personal value: the id, the versions and the times of deletion stay, since they block every later
 * resurrection. One who is still live becomes a tombstone by it.
 *
 * @param at when the user is erased, ms
 * @param inClerk whether Clerk still has the user, so that there is no end of events and tokens
 */
export function erase(user: MirroredUser, at: number, inClerk = false): MirroredUser {
  return {
    ...user,
    profile: { content: NO_PROFILE, version: user.profile.version },
    record: user.record && { content: withoutPersonalValues(user.record.content), version: user.record.version },
    locked: false,
    tombstone: { deletedAt: user.tombstone?.deletedAt ?? at, erasedAt: at, ...(inClerk && { inClerk: true }) },
  };
}

/** What a write that erases does beside the user's own fields; see `erasureBy`. */
export interface ErasingWrite {
  /** When the tombstone may go, ms; undefined for one that must stay. */
  readonly expiresAt: number | undefined;
}

/**
 * Whether a write erases a user, or gives an end to the tombstone of one whom Clerk has deleted since.
 *
 * @param now ms
 * @returns undefined for every other write: the tombstone keeps the end that it has
 */
export function erasureBy(stored: MirroredUser | undefined, next: MirroredUser, now: number): ErasingWrite | undefined {
  const [before, after] = [stored?.tombstone, next.tombstone];
  if (after?.erasedAt === undefined) return undefined;
  if (before?.erasedAt !== undefined && before.inClerk === after.inClerk) return undefined;
  return { expiresAt: after.inClerk ? undefined : now + TOMBSTONE_DAYS * DAY_MS };
}

function withoutPersonalValues({ banned, deprovisioned }: UserRecord): UserRecord {
  return {
    verifiedEmail: null,
    username: null,
    externalId: null,
    banned,
    deprovisioned,
    publicMetadata: {},
    clerkCreatedAt: 0,
  };
}
