import { TABLE } from '../../names/table.ts';
import type { IndexedUser } from '../../ports/user-store.ts';
import type { Attributes } from './attribute-value.ts';
import { timeOfSortKey } from './creation-index.ts';
import { MalformedItem, readerOf } from './read-attributes.ts';
import { userIdOf } from './user-item.ts';

/**
 * A row of the index, of which only the keys and the projected attributes are read.
 * @throws MalformedItem for a row that the synchronisation has not written
 */
export function parseIndexRow(row: Attributes): IndexedUser {
  const read = readerOf(row);
  const key = read.text(TABLE.partitionKey);
  const id = userIdOf(key);
  const clerkCreatedAt = timeOfSortKey(read.text(TABLE.index.sortKey));
  if (id === undefined || Number.isNaN(clerkCreatedAt)) {
    throw new MalformedItem(`Item ${key} stands among the users of the index and is none. Remove its index keys.`);
  }
  const recordAsOf = read.optionalNumber('recordAsOf');
  return {
    id,
    clerkCreatedAt,
    fingerprint: read.text('fingerprint'),
    profileVersion: { asOf: read.number('profileAsOf'), seenAt: read.number('profileSeenAt') },
    recordVersion: recordAsOf === undefined ? undefined : { asOf: recordAsOf, seenAt: read.number('recordSeenAt') },
  };
}
