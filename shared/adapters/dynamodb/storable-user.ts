import type { AppChange } from '../../domain/app-change.ts';
import { changedApp } from '../../domain/app-change.ts';
import type { JsonObject, JsonValue } from '../../domain/json.ts';
import { nameKey } from '../../domain/names.ts';
import type { MirroredUser, StoredUser } from '../../domain/user.ts';
import type { UserWrite } from '../../ports/user-store.ts';
import { UnstorableUser } from '../../ports/user-store.ts';
import { LAST_CREATION } from './creation-index.ts';
import { itemSize, utf8Length } from './item-size.ts';
import type { JsonFlaw } from './storable-json.ts';
import { flawOfJson, isKeptExactly } from './storable-json.ts';

/** DynamoDB refuses an item above 400 KB (409,600 bytes); the rest is for what the application adds at the same moment. */
const LARGEST_ITEM_BYTES = 390 * 1024;

/** The index's sort key holds 1,024 bytes: 13 digits, a separator and the id. */
const LONGEST_ID_BYTES = 1000;

/** The range of JavaScript's dates, ms either side of 1970: what ISO text can say. */
const LAST_DATE = 8.64e15;

/** Attributes that every item has beside the user's own: key, index keys, revision, stamps and fingerprint. At most this much, bytes. */
const OVERHEAD_BYTES = 1024;

type Flaw = JsonFlaw | 'id' | 'reservation' | 'time' | 'creation-time' | 'size';

const EXPLANATIONS: Record<Flaw, string> = {
  id: `its id must have 1 to ${LONGEST_ID_BYTES} bytes`,
  reservation: `its verified email or username has more than ${LONGEST_ID_BYTES} bytes, which no reservation holds`,
  time: 'one of its times is not a whole number of milliseconds in the range of dates',
  'creation-time': 'Clerk created it before 1970 or after 2286, or not at a whole millisecond',
  number: "a number is outside DynamoDB's range or beyond the integers that JSON readers keep exactly",
  nesting: 'objects and lists are nested deeper than the 32 levels that DynamoDB keeps',
  text: 'a text holds half of a surrogate pair, which is not Unicode',
  name: 'an object has a key that DynamoDB cannot keep: an empty one, one over 64 KB, or "__proto__"',
  size: `its item would be larger than ${LARGEST_ITEM_BYTES / 1024} KB, what the application keeps on it included`,
};

/**
 * Refuses, before any write, a user that DynamoDB would refuse or give back changed.
 *
 * @param app the application's attributes on the same item
 * @throws UnstorableUser with a reason that names no value
 */
export function refuseUnstorable(
  { next, moves, held }: Pick<UserWrite, 'next' | 'moves' | 'held'>,
  app: JsonObject,
): void {
  const flaw = flawOfUser(next) ?? flawOfMoves(moves) ?? flawOfSize(next, { app, held: { ...held } });
  if (flaw) throw new UnstorableUser(`The user cannot be stored (${flaw}): ${EXPLANATIONS[flaw]}.`);
}

/**
 * Refuses, before any write, attributes of an application that DynamoDB would refuse or give back changed.
 *
 * @throws UnstorableUser with a reason that names no value
 */
export function refuseUnstorableApp(user: StoredUser, change: AppChange): void {
  const app = changedApp(user.app, change);
  const flaw = flawOfJson(change) ?? flawOfSize(user, { app, held: { ...user.held } });
  if (flaw) throw new UnstorableUser(`The attributes cannot be stored (${flaw}): ${EXPLANATIONS[flaw]}.`);
}

function flawOfUser(user: MirroredUser): Flaw | undefined {
  const idBytes = utf8Length(user.id);
  if (idBytes === 0 || idBytes > LONGEST_ID_BYTES) return 'id';
  if (!isCreationTime(user.record?.content.clerkCreatedAt)) return 'creation-time';
  const times = [user.tombstone?.deletedAt, user.tombstone?.erasedAt, user.restoredAt];
  if (!times.every(isDate)) return 'time';
  const versions = [user.profile.version, ...(user.record ? [user.record.version] : [])];
  if (!versions.every(({ asOf, seenAt }) => isKeptExactly(asOf) && isKeptExactly(seenAt))) return 'number';
  return contentOf(user)
    .map((value) => flawOfJson(value))
    .find((flaw) => flaw !== undefined);
}

/** A reservation's key stands in the index's sort key too. */
function flawOfMoves(moves: UserWrite['moves']): Flaw | undefined {
  return moves.some(({ name }) => utf8Length(nameKey(name)) > LONGEST_ID_BYTES) ? 'reservation' : undefined;
}

function flawOfSize(user: MirroredUser, others: JsonObject): Flaw | undefined {
  const bytes = OVERHEAD_BYTES + 3 * utf8Length(user.id) + itemSize({ ...fieldsOf(user), ...others });
  return bytes > LARGEST_ITEM_BYTES ? 'size' : undefined;
}

function contentOf(user: MirroredUser): JsonValue[] {
  return [user.id, ...Object.values(fieldsOf(user))];
}

function fieldsOf(user: MirroredUser): Record<string, JsonValue> {
  return { ...user.profile.content, ...user.record?.content };
}

function isCreationTime(ms: number | undefined): boolean {
  return ms === undefined || (Number.isInteger(ms) && ms >= 0 && ms <= LAST_CREATION);
}

function isDate(ms: number | undefined): boolean {
  return ms === undefined || (Number.isInteger(ms) && Math.abs(ms) <= LAST_DATE);
}
