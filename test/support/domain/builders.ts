/** Short ways to say what a source says. Every builder takes only what the test is about. */
import { merge } from '../../../shared/domain/merge.ts';
import type {
  DeletionSnapshot,
  EventSnapshot,
  ReadAuthority,
  ReadSnapshot,
  Snapshot,
  TokenSnapshot,
} from '../../../shared/domain/snapshot.ts';
import type { MirroredUser, Profile, StoredUser, UserRecord } from '../../../shared/domain/user.ts';

export const ID = 'user_ada';

/** A whole second, ms: stamps near it can be cut down to it. */
export const SECOND = 1_750_000_000_000;
export const MINUTE_MS = 60_000;

export const ADA: Profile = {
  email: 'ada@example.com',
  firstName: 'Ada',
  lastName: 'Example',
  imageUrl: 'https://img.example.com/ada.png',
};

export const ADAS_RECORD: UserRecord = {
  verifiedEmail: 'ada@example.com',
  username: null,
  externalId: 'crm-1',
  banned: false,
  deprovisioned: false,
  publicMetadata: { cohort: 'spring', seats: [1, 2] },
  clerkCreatedAt: SECOND - 86_400_000,
};

interface Said {
  readonly asOf: number;
  readonly seenAt?: number;
  readonly profile?: Partial<Profile>;
  readonly record?: Partial<UserRecord>;
  readonly locked?: boolean;
}

/** A webhook; sent two seconds after the change unless said otherwise. */
export function event(said: Said): EventSnapshot {
  return { source: 'event', ...whole(said) };
}

/** A read of Clerk, by default one for a request, which lifts no tombstone. */
export function read(said: Said, lifts: ReadAuthority = 'none'): ReadSnapshot {
  return { source: 'read', lifts, ...whole(said) };
}

function whole({ asOf, seenAt = asOf + 2_000, profile, record, locked = false }: Said): Omit<EventSnapshot, 'source'> {
  return { id: ID, asOf, seenAt, locked, profile: { ...ADA, ...profile }, record: { ...ADAS_RECORD, ...record } };
}

/** A token with all four claims. */
export function completeToken(asOf: number | undefined, claims: Partial<Profile> = {}): TokenSnapshot {
  return { source: 'token', id: ID, asOf, claims: { ...ADA, ...claims } };
}

/** A token with just these claims. */
export function partialToken(asOf: number | undefined, claims: Partial<Profile>): TokenSnapshot {
  return { source: 'token', id: ID, asOf, claims };
}

export function deletion(at: number): DeletionSnapshot {
  return { source: 'deletion', id: ID, at };
}

/** The state that these snapshots leave, one after the other. Fails if the rule has to ask on the way. */
export function storedAfter(...snapshots: readonly Snapshot[]): MirroredUser {
  let stored: MirroredUser | undefined;
  for (const snapshot of snapshots) {
    const decision = merge(stored, snapshot, SECOND);
    if (decision.ask) throw new Error('These snapshots need asking: choose others to build a state from.');
    stored = decision.next;
  }
  if (!stored) throw new Error('A state is built from at least one snapshot.');
  return stored;
}

/** Erasure as an administrator does it: personal fields gone, the time of the deletion and the versions kept. */
export function erased(user: MirroredUser, erasedAt: number, inClerk = false): MirroredUser {
  if (!user.tombstone) throw new Error('Only a deleted user is erased.');
  const nobody: Profile = { email: null, firstName: null, lastName: null, imageUrl: null };
  return {
    ...user,
    profile: { ...user.profile, content: nobody },
    record: undefined,
    tombstone: { ...user.tombstone, erasedAt, ...(inClerk && { inClerk: true }) },
  };
}

/** A user as the table holds one. */
export function asStored(user: MirroredUser, facts: Partial<StoredUser> = {}): StoredUser {
  return {
    ...user,
    revision: 1,
    createdAt: SECOND,
    updatedAt: SECOND,
    changedBy: 'webhook',
    app: {},
    held: {},
    ...facts,
  };
}

/** Freezes a value through and through, so that a rule that changes its input fails. */
export function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) frozen(inner);
  }
  return value;
}
