import type { MirroredUser, Profile, UserRecord } from './user.ts';

const NO_PROFILE: Profile = { email: null, firstName: null, lastName: null, imageUrl: null };

/**
 * A user without any personal value: the id, the versions and the times of deletion stay, since they block every later
 * resurrection. One who is still live becomes a tombstone by it.
 *
 * @param at when the user is erased, ms
 */
export function erase(user: MirroredUser, at: number): MirroredUser {
  return {
    ...user,
    profile: { content: NO_PROFILE, version: user.profile.version },
    record: user.record && { content: withoutPersonalValues(user.record.content), version: user.record.version },
    locked: false,
    tombstone: { deletedAt: user.tombstone?.deletedAt ?? at, erasedAt: at },
  };
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
