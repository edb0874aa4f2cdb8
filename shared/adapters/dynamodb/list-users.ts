import type { Name } from '../../domain/names.ts';
import { TABLE } from '../../names/table.ts';
import type { CallOptions, DeletedUser, IndexedUser } from '../../ports/user-store.ts';
import type { Attributes } from './attribute-value.ts';
import {
  CONFLICTS,
  deletedGroups,
  ERASED_IN_CLERK,
  monthGroups,
  timeKey,
  timeOfSortKey,
  UNKNOWN_CREATION,
} from './creation-index.ts';
import type { IndexAccess } from './index-query.ts';
import { listRows } from './index-query.ts';
import { parseIndexRow } from './index-row.ts';
import { readerOf } from './read-attributes.ts';
import { nameOfKey } from './reservation-item.ts';
import { userIdOf } from './user-item.ts';

/** Live users by creation time and id, from `from` (ms) to the end of next month. */
export function listMonths(index: IndexAccess, from: number, options: CallOptions): AsyncIterable<IndexedUser> {
  const [first, ...later] = monthGroups(from, index.clock.now());
  const slices = first === undefined ? [] : [{ group: first, fromSort: timeKey(Math.max(0, Math.ceil(from))) }];
  return map(listRows(index, [...slices, ...later.map((group) => ({ group }))], options), parseIndexRow);
}

export function listUnknown(index: IndexAccess, options: CallOptions): AsyncIterable<IndexedUser> {
  return map(listRows(index, [{ group: UNKNOWN_CREATION }], options), parseIndexRow);
}

export function listConflicts(index: IndexAccess, options: CallOptions): AsyncIterable<Name> {
  return map(listRows(index, [{ group: CONFLICTS }], options), (row) => nameOfKey(keyOfRow(row)));
}

/** Deleted users, not erased so far, by the time of their deletion: from `from` (ms) to before `until`. */
export function listDeleted(
  index: IndexAccess,
  { from, until }: { readonly from: number; readonly until: number },
  options: CallOptions,
): AsyncIterable<DeletedUser> {
  const between = {
    fromSort: timeKey(Math.max(0, Math.ceil(from))),
    beforeSort: timeKey(Math.max(0, Math.ceil(until))),
  };
  const slices = deletedGroups(from, until).map((group) => ({ group, ...between }));
  return map(listRows(index, slices, options), deletedUserOf);
}

export function listErasedInClerk(index: IndexAccess, options: CallOptions): AsyncIterable<string> {
  return map(listRows(index, [{ group: ERASED_IN_CLERK }], options), (row) => userIdOf(keyOfRow(row)));
}

function deletedUserOf(row: Attributes): DeletedUser | undefined {
  const id = userIdOf(keyOfRow(row));
  const deletedAt = timeOfSortKey(readerOf(row).text(TABLE.index.sortKey));
  return id === undefined || Number.isNaN(deletedAt) ? undefined : { id, deletedAt };
}

function keyOfRow(row: Attributes): string {
  return readerOf(row).text(TABLE.partitionKey);
}

/** @param make undefined for a row that somebody else has put there: it is passed over */
async function* map<T>(rows: AsyncGenerator<Attributes>, make: (row: Attributes) => T | undefined): AsyncGenerator<T> {
  for await (const row of rows) {
    const made = make(row);
    if (made !== undefined) yield made;
  }
}
