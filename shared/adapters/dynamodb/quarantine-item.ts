import { TABLE } from '../../names/table.ts';
import type { QuarantinedEvent, QuarantineEntry } from '../../ports/quarantine.ts';
import type { Unreadable } from '../../ports/unreadable.ts';
import type { Attributes } from './attribute-value.ts';
import { timeKey, timeOfSortKey } from './creation-index.ts';
import { expiryAfter, QUARANTINE_DAYS } from './expiry.ts';
import { readerOf } from './read-attributes.ts';
import type { ItemChange } from './user-item.ts';
import { isoTime } from './user-item.ts';

/** The index partition in which every event waits. */
export const QUARANTINE_GROUP = 'quarantine';

const KEY_PREFIX = 'quarantine#';

export function quarantineKey(id: string): string {
  return `${KEY_PREFIX}${id}`;
}

export function itemOfEvent(event: QuarantinedEvent): Record<string, string | number> {
  const { id, body, reason, firstAt, userId } = event;
  return {
    [TABLE.partitionKey]: quarantineKey(id),
    id,
    body,
    reason,
    firstAt: isoTime(firstAt),
    ...(userId !== undefined && { userId }),
    [TABLE.timeToLive]: expiryAfter(firstAt, QUARANTINE_DAYS),
    [TABLE.index.partitionKey]: QUARANTINE_GROUP,
    [TABLE.index.sortKey]: sortKeyOfEntry(event),
  };
}

/** What a dismissal leaves until it is swept: that there was a message, and nothing of what it said. */
export function dismissedEvent(expiresAt: number): ItemChange {
  return {
    body: undefined,
    reason: undefined,
    userId: undefined,
    [TABLE.index.partitionKey]: undefined,
    [TABLE.index.sortKey]: undefined,
    [TABLE.timeToLive]: expiresAt,
  };
}

export function parseEvent(item: Attributes): QuarantinedEvent {
  const read = readerOf(item);
  return {
    id: read.text('id'),
    body: read.text('body'),
    reason: read.text('reason'),
    firstAt: read.time('firstAt'),
    userId: read.optionalText('userId'),
  };
}

/**
 * Time first, so that the oldest come first, then the user: an index projects an item's keys whatever else it projects, and
 * so a listing tells whose event it is without reading one.
 */
export function sortKeyOfEntry({ firstAt, userId = '', id }: QuarantineEntry): string {
  return `${timeKey(firstAt)}#${userId}#${id}`;
}

/** Reads a row of the index, of which only the keys are looked at: a row that is no event's must not hide those that are. */
export function parseEntry(row: Attributes): QuarantineEntry | Unreadable {
  const read = readerOf(row);
  const key = read.text(TABLE.partitionKey);
  const sort = read.text(TABLE.index.sortKey);
  const [, userId, id] = sort.split('#');
  const firstAt = timeOfSortKey(sort);
  if (userId === undefined || id === undefined || key !== quarantineKey(id) || Number.isNaN(firstAt)) {
    const unreadable = `Item ${key} stands among the quarantined events of the index and is none. Remove its index keys.`;
    return { id: key.startsWith(KEY_PREFIX) ? key.slice(KEY_PREFIX.length) : key, unreadable };
  }
  return { id, firstAt, userId: userId === '' ? undefined : userId };
}
