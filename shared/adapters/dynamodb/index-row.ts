import type { Version } from '../../domain/version.ts';
import { LOWEST_VERSION } from '../../domain/version.ts';
import { TABLE } from '../../names/table.ts';
import type { IndexedUser } from '../../ports/user-store.ts';
import type { Attributes } from './attribute-value.ts';
import { monthGroup, timeOfSortKey, UNKNOWN_CREATION } from './creation-index.ts';
import { readerOf } from './read-attributes.ts';
import { userIdOf } from './user-item.ts';

/**
 * A row of the index, of which only the keys and the projected attributes are read. What is not as the synchronisation writes
 * it must not end the listing, and the run with it: an attribute that cannot be read makes the user look different, so that
 * her item is read.
 *
 * @returns undefined for a row that no user has, or that stands where no write puts it: whoever it is looks missing, and her
 * item is read
 */
export function parseIndexRow(row: Attributes): IndexedUser | undefined {
  const read = readerOf(row);
  const id = userIdOf(read.text(TABLE.partitionKey));
  const clerkCreatedAt = timeOfSortKey(read.text(TABLE.index.sortKey));
  if (id === undefined || !standsRight(read.text(TABLE.index.partitionKey), clerkCreatedAt)) return undefined;
  const print = row['fingerprint'];
  const hasRecord = row['recordAsOf'] !== undefined;
  return {
    id,
    clerkCreatedAt,
    fingerprint: typeof print === 'string' ? print : '',
    profileVersion: versionOf(row['profileAsOf'], row['profileSeenAt']),
    recordVersion: hasRecord ? versionOf(row['recordAsOf'], row['recordSeenAt']) : undefined,
  };
}

/** A row out of its order would hide all that come after it. */
function standsRight(group: string, createdAt: number): boolean {
  return !Number.isNaN(createdAt) && (group === UNKNOWN_CREATION || group === monthGroup(createdAt));
}

function versionOf(asOf: unknown, seenAt: unknown): Version {
  return typeof asOf === 'number' && typeof seenAt === 'number' ? { asOf, seenAt } : LOWEST_VERSION;
}
