import type { MirroredUser, Profile, StoredUser, UserRecord } from '../../../shared/domain/user.ts';
import { blankUser } from '../../../shared/domain/user.ts';
import type { UserStore, UserWrite, WriteResult } from '../../../shared/ports/user-store.ts';

/** When the tests' clocks begin. */
export const NOW = Date.UTC(2026, 2, 15, 12);

const VERSION = { asOf: NOW - 60_000, seenAt: NOW - 50_000 };

export const PROFILE: Profile = {
  email: 'Ada@Example.com',
  firstName: 'Ada',
  lastName: 'Example',
  imageUrl: 'https://img.example.com/ada.png',
};

export const RECORD: UserRecord = {
  verifiedEmail: 'ada@example.com',
  username: 'ada',
  externalId: 'crm-1',
  banned: false,
  deprovisioned: false,
  publicMetadata: { cohort: 'spring' },
  clerkCreatedAt: NOW - 86_400_000,
};

/** A live user whom a webhook has brought, but for what the test is about. */
export function aUser(id: string, profile: Partial<Profile> = {}, record: Partial<UserRecord> = {}): MirroredUser {
  return {
    ...blankUser(id),
    profile: { content: { ...PROFILE, ...profile }, version: VERSION },
    record: { content: { ...RECORD, ...record }, version: { ...VERSION, seenAt: VERSION.seenAt + 1 } },
  };
}

/** A live user whom a token has brought: no record yet. */
export function aTokenUser(id: string): MirroredUser {
  return { ...blankUser(id), profile: { content: PROFILE, version: { asOf: 0, seenAt: 0 } } };
}

export function aWrite(next: MirroredUser, expected?: StoredUser, more: Partial<UserWrite> = {}): UserWrite {
  return {
    next,
    expected,
    path: 'webhook',
    fingerprint: `print-of-${next.id}`,
    now: NOW,
    held: {},
    moves: [],
    ...more,
  };
}

/** Stores a user that must not be there yet. */
export async function create(store: UserStore, user: MirroredUser, more: Partial<UserWrite> = {}): Promise<StoredUser> {
  return written(await store.write(aWrite(user, undefined, more)));
}

export function written(result: WriteResult): StoredUser {
  if (result.status !== 'written') throw new Error(`The write was not made: ${result.status}.`);
  return result.user;
}
