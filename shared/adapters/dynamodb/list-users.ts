import type { Name } from '../../domain/names.ts';
import { TABLE } from '../../names/table.ts';
import type { CallOptions, CreationOptions, DeletedUser, IndexedUser, LiveCount } from '../../ports/user-store.ts';
import type { Attributes } from './attribute-value.ts';
import {
  CONFLICTS,
  deletedGroups,
  endOfMonth,
  ERASED_IN_CLERK,
  monthGroup,
  monthGroups,
  timeKey,
  timeOfSortKey,
  UNKNOWN_CREATION,
} from './creation-index.ts';
import type { IndexAccess, Slice } from './index-query.ts';
import { countRows, listRows } from './index-query.ts';
import { parseIndexRow } from './index-row.ts';
import { readerOf } from './read-attributes.ts';
import { nameOfKey } from './reservation-item.ts';
import { userIdOf } from './user-item.ts';

/** Live users by creation time and id, from `from` (ms) to the end of next month, or to `until`. */
export function listMonths(
  index: IndexAccess,
  from: number,
  { until = Number.POSITIVE_INFINITY, ...options }: CreationOptions,
): AsyncIterable<IndexedUser> {
  const first = Math.max(0, Math.ceil(from));
  return map(listRows(index, first < until ? slicesOf(index, first, until) : [], options), parseIndexRow);
}

/** The months, the first of them from its own time on and the last up to its own. */
function slicesOf({ clock }: IndexAccess, from: number, until: number): readonly Slice[] {
  const last = until === Number.POSITIVE_INFINITY ? undefined : until - 1;
  const groups = monthGroups(from, clock.now(), last);
  return groups.map((group, n) => ({
    group,
    ...(n === 0 && { fromSort: timeKey(from) }),
    ...(last !== undefined && group === monthGroup(last) && { toSort: timeKey(Math.ceil(until)) }),
  }));
}

export function listUnknown(index: IndexAccess, options: CallOptions): AsyncIterable<IndexedUser> {
  return map(listRows(index, [{ group: UNKNOWN_CREATION }], options), parseIndexRow);
}

/** Live users by month of creation, from that of `from` (ms) to the next one, and those of unknown creation. */
export async function* countLive(index: IndexAccess, from: number, options: CallOptions): AsyncGenerator<LiveCount> {
  const groups = [...monthGroups(from, index.clock.now()), UNKNOWN_CREATION];
  for await (const { group, rows } of countRows(index, groups, options)) {
    yield { users: rows, next: endOfMonth(group) };
  }
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
    toSort: timeKey(Math.max(0, Math.ceil(until))),
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
