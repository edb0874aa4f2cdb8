import type { StoredUser } from '../../domain/user.ts';
import { PROFILE_FIELDS, RECORD_FIELDS } from '../../domain/user.ts';
import { TABLE } from '../../names/table.ts';
import { MalformedItem } from '../../ports/malformed-item.ts';
import type { Attributes } from './attribute-value.ts';
import { indexKeysOf } from './creation-index.ts';
import { isoTime, parseUserItem, SCHEMA_VERSION } from './user-item.ts';

/**
 * Reads a user's item back together with what it says of itself.
 * @throws MalformedItem
 */
export function examinedUser(item: Attributes): StoredUser {
  return withFacts(parseUserItem(item), item, []);
}

/**
 * The same for an item of which some attributes cannot be read: something harmless stands in their place, and a group of
 * fields that lost one is at the lowest version, so that Clerk's word replaces it.
 *
 * @param now ms: stands for times of ours that cannot be read
 * @throws MalformedItem where nothing can stand in: without its revision no write of the item can be conditional on it
 */
export function mendedUser(item: Attributes, id: string, now: number): StoredUser {
  const harmless = harmlessValues(id, now);
  const unreadable: string[] = [];
  for (let mended = item; ;) {
    try {
      return withFacts(withoutDamagedVersions(parseUserItem(mended), unreadable), item, unreadable);
    } catch (error) {
      const attribute = error instanceof MalformedItem ? error.attribute : undefined;
      if (attribute === undefined || !harmless.has(attribute) || unreadable.includes(attribute)) throw error;
      unreadable.push(attribute);
      mended = { ...mended, [attribute]: harmless.get(attribute) };
    }
  }
}

/** What stands for each attribute; undefined for one that had better not be there. Who is deleted or erased stays so. */
function harmlessValues(id: string, now: number): ReadonlyMap<string, unknown> {
  const [past, present] = [isoTime(0), isoTime(now)];
  const nothing = [
    'restoredAt',
    'runChange',
    'previousClerkUserId',
    'reservedEmail',
    'reservedUsername',
    'rosterEmail',
  ];
  return new Map<string, unknown>([
    ['id', id],
    ...PROFILE_FIELDS.map((field): [string, unknown] => [field, null]),
    ...RECORD_FIELDS.map((field): [string, unknown] => [field, null]),
    ...['banned', 'deprovisioned', 'locked'].map((flag): [string, unknown] => [flag, false]),
    ['publicMetadata', {}],
    ['clerkCreatedAt', 0],
    ...[...PROFILE_VERSION, ...RECORD_VERSION].map((version): [string, unknown] => [version, 0]),
    ['deletedAt', past],
    ['erasedAt', past],
    ['createdAt', present],
    ['updatedAt', present],
    ['changedBy', 'reconciler'],
    ...nothing.map((name): [string, unknown] => [name, undefined]),
  ]);
}

const PROFILE_VERSION = ['profileAsOf', 'profileSeenAt'];
const RECORD_VERSION = ['recordAsOf', 'recordSeenAt'];
const LOWEST = { asOf: 0, seenAt: 0 };

function withoutDamagedVersions(user: StoredUser, unreadable: readonly string[]): StoredUser {
  const isDamaged = (names: readonly string[]): boolean => names.some((name) => unreadable.includes(name));
  const { profile, record } = user;
  return {
    ...user,
    profile: isDamaged([...PROFILE_FIELDS, ...PROFILE_VERSION]) ? { ...profile, version: LOWEST } : profile,
    record: record && isDamaged([...RECORD_FIELDS, ...RECORD_VERSION]) ? { ...record, version: LOWEST } : record,
  };
}

function withFacts(user: StoredUser, item: Attributes, unreadable: readonly string[]): StoredUser {
  const keys = indexKeysOf(user);
  const { partitionKey, sortKey } = TABLE.index;
  const print = item['fingerprint'];
  const schema = item['schemaVersion'];
  return {
    ...user,
    item: {
      fingerprint: typeof print === 'string' ? print : undefined,
      isListedRight: item[partitionKey] === keys?.group && item[sortKey] === keys?.sort,
      isExpiring: item[TABLE.timeToLive] !== undefined,
      isOutdated: typeof schema === 'number' && schema < SCHEMA_VERSION,
      unreadable,
    },
  };
}
