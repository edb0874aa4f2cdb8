import type { NameKind } from '../../domain/names.ts';
import { claimOf } from '../../domain/names.ts';
import { PROFILE_FIELDS, RECORD_FIELDS } from '../../domain/user.ts';
import type {
  HeldNames,
  MirroredUser,
  Path,
  Profile,
  Register,
  StoredUser,
  Tombstone,
  UserRecord,
} from '../../domain/user.ts';
import { TABLE } from '../../names/table.ts';
import type { UserWrite } from '../../ports/user-store.ts';
import type { Attributes } from './attribute-value.ts';
import { indexKeysOf } from './creation-index.ts';
import type { AttributeInput } from './json-attributes.ts';
import { toAttribute } from './json-attributes.ts';
import type { AttributeReader } from './read-attributes.ts';
import { readerOf } from './read-attributes.ts';
import { parseRunChange, runChangeToText } from './run-change.ts';

/** Raised by a migration when the meaning of an attribute changes: old and new functions run side by side during a deploy. */
export const SCHEMA_VERSION = 1;

const PATHS = ['authorizer', 'webhook', 'reconciler', 'on-demand', 'admin'] as const satisfies Path[];

/** Attributes to write; undefined stands for one that the item must not have. */
export type ItemChange = Readonly<Record<string, AttributeInput | undefined>>;

export function userKey(id: string): string {
  return `${TABLE.userPrefix}${id}`;
}

/** @returns the user's id; undefined for the key of another kind of item */
export function userIdOf(key: string): string | undefined {
  return key.startsWith(TABLE.userPrefix) ? key.slice(TABLE.userPrefix.length) : undefined;
}

/**
 * Every attribute of the synchronisation as a write leaves it, apart from `createdAt` and `app`, which only a creation sets.
 * Null is kept as null, an explicit fact; the record is absent while no source has told it.
 */
export function synchronisedAttributes(write: UserWrite): ItemChange {
  const { next, expected, path, fingerprint, now, held, runChange } = write;
  const keys = indexKeysOf(next);
  return {
    id: next.id,
    schemaVersion: SCHEMA_VERSION,
    revision: (expected?.revision ?? 0) + 1,
    updatedAt: isoTime(now),
    changedBy: path,
    fingerprint,
    ...(runChange && { runChange: runChangeToText(runChange) }),
    locked: next.locked,
    ...profileAttributes(next.profile),
    ...recordAttributes(next.record),
    ...nameAttributes(next, held),
    hasHeldEmail: expected?.hasHeldEmail === true || held.email !== undefined ? true : undefined,
    deletedAt: isoTime(next.tombstone?.deletedAt),
    erasedAt: isoTime(next.tombstone?.erasedAt),
    erasedInClerk: next.tombstone?.inClerk,
    restoredAt: isoTime(next.restoredAt),
    group: keys?.group,
    sort: keys?.sort,
  };
}

/** Keeps milliseconds exactly. */
export function isoTime(ms: number): string;
export function isoTime(ms: number | undefined): string | undefined;
export function isoTime(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : new Date(ms).toISOString();
}

function profileAttributes({ content, version }: Register<Profile>): ItemChange {
  const fields = Object.fromEntries(PROFILE_FIELDS.map((field) => [field, content[field]]));
  return { ...fields, profileAsOf: version.asOf, profileSeenAt: version.seenAt };
}

function recordAttributes(record: Register<UserRecord> | undefined): ItemChange {
  const valueOf = (field: keyof UserRecord): AttributeInput | undefined => record && toAttribute(record.content[field]);
  const fields = Object.fromEntries(RECORD_FIELDS.map((field) => [field, valueOf(field)]));
  return { ...fields, recordAsOf: record?.version.asOf, recordSeenAt: record?.version.seenAt };
}

/**
 * What the user has for itself alone. `username` is the name to show, Clerk's or a derived one; `conflicts` says for people
 * which names the user waits for.
 */
function nameAttributes(next: MirroredUser, held: HeldNames): ItemChange {
  const waited = KINDS.filter((kind) => claimOf(next, kind) !== undefined && claimOf(next, kind) !== held[kind]);
  const derived = next.record?.content.username === null ? held.username : undefined;
  return {
    ...(derived !== undefined && { username: derived }),
    usernameDerived: derived === undefined ? undefined : true,
    reservedEmail: held.email,
    reservedUsername: held.username,
    conflicts: waited.length > 0 ? waited : undefined,
  };
}

const KINDS: readonly NameKind[] = ['email', 'username'];

/**
 * Reads a user's item back.
 * @throws MalformedItem naming the attribute that is not as the synchronisation writes it
 */
export function parseUserItem(item: Attributes): StoredUser {
  const read = readerOf(item);
  const rosterEmail = read.optionalText('rosterEmail');
  const previousClerkUserId = read.optionalText('previousClerkUserId');
  const runChange = read.has('runChange') ? parseRunChange(read.text('runChange')) : undefined;
  return {
    ...parseMirroredUser(read),
    revision: read.number('revision'),
    createdAt: read.time('createdAt'),
    updatedAt: read.time('updatedAt'),
    changedBy: read.oneOf('changedBy', PATHS),
    ...(runChange && { runChange }),
    app: read.jsonOrEmpty('app'),
    held: parseHeldNames(read),
    ...(read.has('hasHeldEmail') && { hasHeldEmail: true }),
    ...(rosterEmail !== undefined && { rosterEmail }),
    ...(previousClerkUserId !== undefined && { previousClerkUserId }),
  };
}

function parseHeldNames(read: AttributeReader): HeldNames {
  const email = read.optionalText('reservedEmail');
  const username = read.optionalText('reservedUsername');
  return { ...(email !== undefined && { email }), ...(username !== undefined && { username }) };
}

function parseMirroredUser(read: AttributeReader): MirroredUser {
  return {
    id: idOf(read),
    profile: {
      content: {
        email: read.textOrNull('email'),
        firstName: read.textOrNull('firstName'),
        lastName: read.textOrNull('lastName'),
        imageUrl: read.textOrNull('imageUrl'),
      },
      version: { asOf: read.number('profileAsOf'), seenAt: read.number('profileSeenAt') },
    },
    record: read.has('recordAsOf') ? parseRecord(read) : undefined,
    locked: read.flag('locked'),
    tombstone: read.has('deletedAt') ? parseTombstone(read) : undefined,
    restoredAt: read.optionalTime('restoredAt'),
  };
}

/** Of all the ids the one in its key: a write goes by what is read here, and must not land on another user's item. */
function idOf(read: AttributeReader): string {
  const id = userIdOf(read.text(TABLE.partitionKey));
  return read.text('id') === id ? id : read.oneOf('id', id === undefined ? [] : [id]);
}

function parseRecord(read: AttributeReader): Register<UserRecord> {
  return {
    content: {
      verifiedEmail: read.textOrNull('verifiedEmail'),
      username: read.has('usernameDerived') ? null : read.textOrNull('username'),
      externalId: read.textOrNull('externalId'),
      banned: read.flag('banned'),
      deprovisioned: read.flag('deprovisioned'),
      publicMetadata: read.json('publicMetadata'),
      clerkCreatedAt: read.number('clerkCreatedAt'),
    },
    version: { asOf: read.number('recordAsOf'), seenAt: read.number('recordSeenAt') },
  };
}

function parseTombstone(read: AttributeReader): Tombstone {
  const deletedAt = read.time('deletedAt');
  const erasedAt = read.optionalTime('erasedAt');
  if (erasedAt === undefined) return { deletedAt };
  return { deletedAt, erasedAt, ...(read.has('erasedInClerk') && { inClerk: true }) };
}
