import type { JsonObject } from '../../domain/json.ts';
import type { Name, Reservation } from '../../domain/names.ts';
import type { StoredUser } from '../../domain/user.ts';
import type { AppStore } from '../../ports/app-store.ts';
import type { Clock } from '../../ports/time.ts';
import type { CallOptions, ReadOptions, UserStore } from '../../ports/user-store.ts';
import {
  deletedGroups,
  endOfMonth,
  ERASED_IN_CLERK,
  monthGroups,
  UNKNOWN_CREATION,
} from '../dynamodb/creation-index.ts';
import { secondsOf } from '../dynamodb/expiry.ts';
import { answer } from './answer.ts';
import { createMemoryAppStore } from './app-store.ts';
import type { MemoryLeaseStore } from './lease-store.ts';
import { createMemoryLeaseStore } from './lease-store.ts';
import { createMemoryReservations } from './reservations.ts';
import type { MemoryRosterStore } from './roster-store.ts';
import { createMemoryRosterStore } from './roster-store.ts';
import { createUserItems, rowsOf } from './user-items.ts';
import type { Listed, UserItem } from './user-items.ts';
import type { MemoryTable } from './write-users.ts';
import { writeUser, writeUsers } from './write-users.ts';

/** A user store without a table, and what others than the synchronisation do to the items of one. */
export interface MemoryUserStore extends UserStore {
  /** What users themselves change on the same items. */
  readonly apps: AppStore;
  /** Writes the application's attributes, as the application does: at any moment, without a new revision. */
  writeApp(id: string, app: JsonObject): void;
  /** Edits an item as somebody with a console does: neither revision nor fingerprint nor versions follow. */
  editByHand(id: string, edit: (user: StoredUser) => StoredUser): void;
  /** Gives an item a time to live, ms, as retention does; past it the item counts as none, though it is still there. */
  expireAt(id: string, ms: number): void;
  /** Every item that has not expired, tombstones included, in the order of the ids. */
  users(): StoredUser[];
  /** Every reservation that is written down. */
  reservations(): readonly Reservation[];
  /** Loses a reservation, as by somebody with a console. */
  loseReservation(name: Name): void;
}

interface MemoryUserStoreParts {
  readonly clock: Clock;
  /** The lease that writes may name; without it nobody has one. */
  readonly lease?: MemoryLeaseStore;
  /** The roster whose entries change with users; without it there are none. */
  readonly roster?: MemoryRosterStore;
}

/**
 * Keeps users as the table does: optimistic revisions, names that move in the same transaction, times to live by the clock,
 * an index by month of creation, and it refuses the users that DynamoDB refuses, so that what passes here passes there.
 */
export function createMemoryUserStore({ clock, ...given }: MemoryUserStoreParts): MemoryUserStore {
  const items = createUserItems(clock);
  const reservations = createMemoryReservations();
  const lease = given.lease ?? createMemoryLeaseStore({ clock });
  const table = { items, reservations, lease, roster: given.roster ?? createMemoryRosterStore() };
  const change = (id: string, changed: (item: UserItem) => UserItem): void => {
    const item = items.living(id);
    if (!item) throw new Error(`There is no user ${id} to change.`);
    items.put(changed(item));
  };
  return {
    get: (id, options = {}) => answer(options, () => examined(items.living(id), options)),
    write: (write, options = {}) => answer(options, () => writeUser(table, write)),
    writeTogether: (writes, options = {}) => answer(options, () => writeUsers(table, writes)),
    reservation: (name, options = {}) => answer(options, () => reservations.get(name)),
    find: (name, options = {}) =>
      answer(options, () => {
        const user = items.living(reservations.get(name).owner ?? '')?.user;
        return user?.held[name.kind] === name.value ? user : undefined;
      }),
    tidy: (reservation, leftOver, options = {}) => answer(options, () => reservations.tidy(reservation, leftOver)),
    ...listings(table, clock),
    apps: createMemoryAppStore(items),
    writeApp: (id, app) => change(id, (item) => ({ ...item, user: { ...item.user, app } })),
    editByHand: (id, edit) => change(id, (item) => ({ ...item, user: edit(item.user) })),
    expireAt: (id, ms) => change(id, (item) => ({ ...item, expiresAt: secondsOf(ms) })),
    users: () => items.all().flatMap(({ user }) => items.living(user.id)?.user ?? []),
    reservations: () => reservations.all(),
    loseReservation: (name) => reservations.lose(name),
  };
}

/** What an item of the table would say of itself: here nobody can take it off the index, or write what cannot be read. */
function examined(item: UserItem | undefined, { examine }: ReadOptions): StoredUser | undefined {
  if (!item || !examine) return item?.user;
  const { user, fingerprint, expiresAt } = item;
  const isExpiring = expiresAt !== undefined;
  return { ...user, item: { fingerprint, isListedRight: true, isExpiring, isOutdated: false, unreadable: [] } };
}

type Listings = Pick<
  UserStore,
  'countLive' | 'listByCreation' | 'listUnknownCreation' | 'listConflicts' | 'listDeleted' | 'listErasedInClerk'
>;

function listings({ items, reservations }: MemoryTable, clock: Clock): Listings {
  const list = (options: CallOptions, matches: (row: Listed) => boolean): AsyncGenerator<Listed> =>
    each(options, () => rowsOf(items.all()).filter(matches));
  return {
    listByCreation: (from, options = {}) => {
      const groups = new Set(monthGroups(from, clock.now()));
      const { until = Number.POSITIVE_INFINITY } = options;
      const rows = list(options, ({ group, at }) => groups.has(group) && at >= from && at < until);
      return map(rows, ({ row }) => row);
    },
    listUnknownCreation: (options = {}) => {
      const rows = list(options, ({ group }) => group === UNKNOWN_CREATION);
      return map(rows, ({ row }) => row);
    },
    countLive: (from, options = {}) =>
      each(options, () => {
        const groups = [...monthGroups(from, clock.now()), UNKNOWN_CREATION];
        const rows = Map.groupBy(rowsOf(items.all()), ({ group }) => group);
        return groups.map((group) => ({ users: rows.get(group)?.length ?? 0, next: endOfMonth(group) }));
      }),
    listConflicts: (options = {}) => each(options, () => reservations.conflicts()),
    listDeleted: ({ from, until }, options = {}) => {
      const groups = new Set(deletedGroups(from, until));
      const rows = list(options, ({ group, at }) => groups.has(group) && at >= from && at < until);
      return map(rows, ({ row, at }) => ({ id: row.id, deletedAt: at }));
    },
    listErasedInClerk: (options = {}) => {
      const rows = list(options, ({ group }) => group === ERASED_IN_CLERK);
      return map(rows, ({ row }) => row.id);
    },
  };
}

/** Rows as they stood when the first was asked for: the table's index lags too. */
async function* each<T>(options: CallOptions, list: () => readonly T[]): AsyncGenerator<T> {
  const rows = await answer(options, list);
  for (const row of rows) yield answer(options, () => row);
}

async function* map<T, U>(rows: AsyncGenerator<T>, make: (row: T) => U): AsyncGenerator<U> {
  for await (const row of rows) yield make(row);
}
