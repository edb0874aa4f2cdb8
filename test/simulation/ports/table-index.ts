import { rowsOf } from '../../../shared/adapters/memory/user-items.ts';
import { endOfMonth, monthGroups, UNKNOWN_CREATION } from '../../../shared/adapters/dynamodb/creation-index.ts';
import type { IndexedUser, LiveCount } from '../../../shared/ports/user-store.ts';
import type { SimulatedTable } from '../world/table.ts';

/**
 * The users of the index by creation, as it was at a time. The memory store names each month since 1970: that would take a tenth
 * of a history's time.
 */
export function indexAsOf(
  table: SimulatedTable,
  asOf: number,
  isWanted: (at: number) => boolean,
): readonly IndexedUser[] {
  return rowsOf(table.itemsAsOf(asOf)).flatMap(({ group, at, row }) =>
    group.startsWith('created#') && group !== UNKNOWN_CREATION && isWanted(at) ? [row] : [],
  );
}

/** As the memory store counts, which makes the name and the end of each month since 1970 anew: that took a third of a history's time. */
export function countOf(table: SimulatedTable, from: number, now: number): readonly LiveCount[] {
  const users = new Map<string, number>();
  for (const { group } of rowsOf(table.itemsAsOf(now))) users.set(group, (users.get(group) ?? 0) + 1);
  return monthsSince(from, now).map(({ group, next }) => ({ users: users.get(group) ?? 0, next }));
}

interface Month {
  readonly group: string;
  readonly next: number | undefined;
}

const MONTHS = new Map<string, readonly Month[]>();

function monthsSince(from: number, now: number): readonly Month[] {
  const key = `${from} ${new Date(now).getUTCMonth()}`;
  const known = MONTHS.get(key);
  if (known) return known;
  const months = [...monthGroups(from, now), UNKNOWN_CREATION].map((group) => ({ group, next: endOfMonth(group) }));
  MONTHS.set(key, months);
  return months;
}
