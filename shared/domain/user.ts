import type { JsonObject } from './json.ts';
import type { Version } from './version.ts';
import { LOWEST_VERSION } from './version.ts';

/** The fields that a Clerk session token can carry. */
export interface Profile {
  readonly email: string | null;
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly imageUrl: string | null;
}

/** Everything else that is mirrored: only a webhook or an API read brings it. */
export interface UserRecord {
  /** The primary address, normalised, if Clerk has verified it. The only address that may ever identify anyone. */
  readonly verifiedEmail: string | null;
  readonly username: string | null;
  readonly externalId: string | null;
  readonly banned: boolean;
  readonly deprovisioned: boolean;
  readonly publicMetadata: JsonObject;
  /** When Clerk created the user, ms. */
  readonly clerkCreatedAt: number;
}

export const PROFILE_FIELDS = ['email', 'firstName', 'lastName', 'imageUrl'] as const satisfies (keyof Profile)[];
export const RECORD_FIELDS = [
  'verifiedEmail',
  'username',
  'externalId',
  'banned',
  'deprovisioned',
  'publicMetadata',
  'clerkCreatedAt',
] as const satisfies (keyof UserRecord)[];

export type MirroredField = (typeof PROFILE_FIELDS)[number] | (typeof RECORD_FIELDS)[number];

/** A last-writer-wins register: a group of fields and the version at which they were true. */
export interface Register<Content> {
  readonly content: Content;
  readonly version: Version;
}

/** What stays of a deleted user: it blocks every later resurrection. */
export interface Tombstone {
  /** When the user was deleted, ms. */
  readonly deletedAt: number;
  /** When the personal fields were erased, ms; absent while they are kept for a restoration. */
  readonly erasedAt?: number;
  /** Whether Clerk had the user when she was erased, and has not been heard to delete her since: then it has no end. */
  readonly inClerk?: true;
}

/** A user as the rule sees one: two registers under one tombstone. */
export interface MirroredUser {
  readonly id: string;
  /** All null at the lowest version while only a deletion has been heard of. */
  readonly profile: Register<Profile>;
  /** Undefined while only a token has spoken. */
  readonly record: Register<UserRecord> | undefined;
  /** Temporary in Clerk and lapses without an event: kept, never compared. */
  readonly locked: boolean;
  readonly tombstone: Tombstone | undefined;
  /** Start of the authoritative read that restored the user, ms: a deletion not after it is stale. */
  readonly restoredAt: number | undefined;
}

/** Who brought a snapshot. */
export type Path = 'authorizer' | 'webhook' | 'reconciler' | 'on-demand' | 'admin';

/** The names that are this user's alone, normalised: no other live user has them. See `names.ts`. */
export interface HeldNames {
  readonly email?: string;
  /** Clerk's or, where Clerk has none, one that was derived. */
  readonly username?: string;
}

/**
 * What a reconcile run did to a user, and in which of its steps. A step whose process dies is done again, finds its own writes
 * and counts them: that is what makes counts exact.
 */
export interface RunChange {
  readonly runId: string;
  readonly step: string;
  readonly outcome: 'created' | 'updated' | 'deleted' | 'restored';
  readonly changedFields: readonly string[];
}

/** What an item says of itself, beside the user: only a read that examines it tells. */
export interface ItemFacts {
  /** As it is stored, which need not be that of the content. */
  readonly fingerprint: string | undefined;
  /** Whether the index lists the user where it should. */
  readonly isListedRight: boolean;
  /** Whether it has a time to live. */
  readonly isExpiring: boolean;
  /** Whether an earlier version of the mapping has written it. */
  readonly isOutdated: boolean;
  /** Attributes that could not be read: the user has something harmless in their place, at the lowest version. */
  readonly unreadable: readonly string[];
}

/** A user as the table holds one. */
export interface StoredUser extends MirroredUser {
  /** Only of a user who was examined. */
  readonly item?: ItemFacts;
  /** Counts the writes of the synchronisation; every write is conditional on it. */
  readonly revision: number;
  /** ms, ours: when the item was first written. */
  readonly createdAt: number;
  /** ms, ours: when the synchronisation last wrote. */
  readonly updatedAt: number;
  readonly changedBy: Path;
  /** What the last reconcile run that changed the user did to it. */
  readonly runChange?: RunChange;
  /** Attributes of the application: never touched by the synchronisation, but inherited from `previousClerkUserId`. */
  readonly app: JsonObject;
  readonly held: HeldNames;
  /** Whether the user has ever held a verified email: whoever has is nobody who comes back as somebody else. */
  readonly hasHeldEmail?: boolean;
  /** Address of the one roster entry that is hers. A hint for a deleted user, whose entry may have gone on to another. */
  readonly rosterEmail?: string;
  /** The deleted user who came back as this one, with the same verified email; see `RETURNING_USER`. */
  readonly previousClerkUserId?: string;
}

/** Emails and usernames are compared in this form and stored as Clerk gave them. */
export function normaliseName(name: string): string {
  // Once more at the end: lower case can take letters apart that were one.
  return name.normalize('NFC').trim().toLowerCase().normalize('NFC');
}

/** Whether the email shown is the address that Clerk has verified. */
export function emailVerified(user: MirroredUser): boolean {
  const { email } = user.profile.content;
  return email !== null && user.record?.content.verifiedEmail === normaliseName(email);
}

/** A user of whom nothing is known but the id. */
export function blankUser(id: string): MirroredUser {
  const content: Profile = { email: null, firstName: null, lastName: null, imageUrl: null };
  return {
    id,
    profile: { content, version: LOWEST_VERSION },
    record: undefined,
    locked: false,
    tombstone: undefined,
    restoredAt: undefined,
  };
}
