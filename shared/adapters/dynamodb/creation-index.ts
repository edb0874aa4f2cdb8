import type { MirroredUser, Tombstone } from '../../domain/user.ts';

/** The index partition of live users whose Clerk creation time no source has told yet. */
export const UNKNOWN_CREATION = 'created#unknown';

/** The index partition of the names that somebody waits for. */
export const CONFLICTS = 'conflict';

/** The index partition of users who were erased while Clerk had them. */
export const ERASED_IN_CLERK = 'erased';

/** A deletion that says to be older than Clerk itself stands in the partition of this time, ms: a run looks at every month since. */
const FIRST_DELETION = Date.UTC(2020, 0);

/** The last creation time that 13 digits hold, ms (November 2286). */
export const LAST_CREATION = 9_999_999_999_999;

export interface IndexKeys {
  readonly group: string;
  readonly sort: string;
}

/**
 * Where the index lists a user: a live one by UTC month of creation, by creation time and id inside it; a deleted one by the
 * month of the deletion, until the personal fields are erased; an erased one only while Clerk has her.
 */
export function indexKeysOf(user: MirroredUser): IndexKeys | undefined {
  if (user.tombstone) return indexKeysOfDeleted(user.id, user.tombstone);
  const createdAt = user.record?.content.clerkCreatedAt;
  const group = createdAt === undefined ? UNKNOWN_CREATION : monthGroup(createdAt);
  return { group, sort: sortKey(createdAt ?? 0, user.id) };
}

function indexKeysOfDeleted(id: string, { deletedAt, erasedAt, inClerk }: Tombstone): IndexKeys | undefined {
  if (erasedAt !== undefined) return inClerk ? { group: ERASED_IN_CLERK, sort: sortKey(erasedAt, id) } : undefined;
  const at = Math.min(Math.max(deletedAt, 0), LAST_CREATION);
  return { group: deletedGroup(at), sort: sortKey(at, id) };
}

/** @param ms a time of deletion between 0 and {@link LAST_CREATION} */
function deletedGroup(ms: number): string {
  return `erase#${monthOf(Math.max(ms, FIRST_DELETION))}`;
}

/** The month partitions of deletions from `from` (ms) to before `until`. */
export function deletedGroups(from: number, until: number): string[] {
  return until <= from ? [] : monthsBetween(Math.max(from, FIRST_DELETION), until).map(deletedGroup);
}

/** @param ms a creation time between 0 and {@link LAST_CREATION} */
export function monthGroup(ms: number): string {
  return `created#${monthOf(ms)}`;
}

function monthOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 7);
}

/** Sorts by time as text does: 13 digits, then the id. */
export function sortKey(ms: number, id: string): string {
  return `${timeKey(ms)}#${id}`;
}

/** The part of a sort key before the id: at or above every user created at `ms` or later, below none of them. */
export function timeKey(ms: number): string {
  return String(ms).padStart(13, '0');
}

/** The time at the front of a sort key, ms; NaN when there is none. */
export function timeOfSortKey(sort: string): number {
  return /^\d{13}#/.test(sort) ? Number(sort.slice(0, 13)) : Number.NaN;
}

/** When the month of a partition ends, ms; undefined for the partition of those whose creation time is not known. */
export function endOfMonth(group: string): number | undefined {
  if (group === UNKNOWN_CREATION) return undefined;
  const start = new Date(`${group.slice('created#'.length)}-01T00:00:00Z`);
  return Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + 1);
}

/**
 * The month partitions from that of `from` to the one after that of `now`: clocks differ, and Clerk's may be ahead.
 * @param last the time after which nothing is wanted, ms
 */
export function monthGroups(from: number, now: number, last = Number.POSITIVE_INFINITY): string[] {
  const today = new Date(now);
  const end = Math.min(last, Date.UTC(today.getUTCFullYear(), today.getUTCMonth() + 1));
  return monthsBetween(Math.min(Math.max(from, 0), LAST_CREATION), end).map(monthGroup);
}

/** The beginnings of the months from that of `from` to that of `to`, ms. */
function monthsBetween(from: number, to: number): number[] {
  const first = new Date(from);
  const months: number[] = [];
  for (let month = 0; ; month += 1) {
    const start = Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + month);
    if (start > to) return months;
    months.push(start);
  }
}
