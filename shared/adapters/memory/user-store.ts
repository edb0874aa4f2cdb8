import type { JsonObject } from '../../domain/json.ts';
import type { MirroredUser, StoredUser } from '../../domain/user.ts';
import type { Clock } from '../../ports/time.ts';
import type { CallOptions, IndexedUser, UserStore, UserWrite, WriteResult } from '../../ports/user-store.ts';
import { StoreUnavailable } from '../../ports/user-store.ts';
import { indexKeysOf, monthGroups, sortKey, UNKNOWN_CREATION } from '../dynamodb/creation-index.ts';
import { isExpired, secondsOf } from '../dynamodb/expiry.ts';
import { refuseUnstorable } from '../dynamodb/storable-user.ts';

/** A user store without a table, and what others than the synchronisation do to the items of one. */
export interface MemoryUserStore extends UserStore {
  /** Writes the application's attributes, as the application does: at any moment, without a new revision. */
  writeApp(id: string, app: JsonObject): void;
  /** Gives an item a time to live, ms, as retention does; past it the item counts as none, though it is still there. */
  expireAt(id: string, ms: number): void;
  /** Every item that has not expired, tombstones included, in the order of the ids. */
  users(): StoredUser[];
}

interface Item {
  readonly user: StoredUser;
  readonly fingerprint: string;
  /** s since the epoch. */
  readonly expiresAt: number | undefined;
}

type Items = Map<string, Item>;

/**
 * Keeps users as the table does: optimistic revisions, times to live by the clock, an index by month of creation, and
 * it refuses the users that DynamoDB refuses, so that what passes here passes there.
 */
export function createMemoryUserStore({ clock }: { readonly clock: Clock }): MemoryUserStore {
  const items: Items = new Map();
  const living = (id: string): Item | undefined => {
    const item = items.get(id);
    return item && !isExpired(item.expiresAt, clock.now()) ? item : undefined;
  };
  const change = (id: string, changed: (item: Item) => Item): void => {
    const item = living(id);
    if (!item) throw new Error(`There is no user ${id} to change.`);
    items.set(id, changed(item));
  };
  return {
    get: (id, options = {}) => answer(options, () => living(id)?.user),
    write: (write, options = {}) => answer(options, () => writeUser(items, living(write.next.id), write)),
    listByCreation: (from, options = {}) => {
      const groups = new Set(monthGroups(from, clock.now()));
      return list(items, (group, at) => groups.has(group) && at >= from, options);
    },
    listUnknownCreation: (options = {}) => list(items, (group) => group === UNKNOWN_CREATION, options),
    writeApp: (id, app) => change(id, (item) => ({ ...item, user: { ...item.user, app } })),
    expireAt: (id, ms) => change(id, (item) => ({ ...item, expiresAt: secondsOf(ms) })),
    users: () => [...items.keys()].toSorted().flatMap((id) => living(id)?.user ?? []),
  };
}

/** Answers in a later turn, as a table does; a call that is already given up fails as it does there. */
async function answer<T>({ signal }: CallOptions, call: () => T): Promise<T> {
  await Promise.resolve();
  if (signal?.aborted) throw new StoreUnavailable('The call was given up (AbortError).', { cause: signal.reason });
  return call();
}

function writeUser(items: Items, current: Item | undefined, write: UserWrite): WriteResult {
  refuseUnstorable(write);
  const { next, expected, fingerprint } = write;
  if (current?.user.revision !== expected?.revision) return { status: 'lost', current: current?.user };
  const user = { ...mirrored(next), ...stamps(current?.user, write) };
  items.set(next.id, { user, fingerprint, expiresAt: next.tombstone && current?.expiresAt });
  return { status: 'written', user };
}

/** The rule's own fields: what it was given, and hands on, may be a stored user with more of them. */
function mirrored({ id, profile, record, locked, tombstone, restoredAt }: MirroredUser): MirroredUser {
  return { id, profile, record, locked, tombstone, restoredAt };
}

function stamps(current: StoredUser | undefined, { path, now }: UserWrite): Omit<StoredUser, keyof MirroredUser> {
  return {
    revision: (current?.revision ?? 0) + 1,
    createdAt: current?.createdAt ?? now,
    updatedAt: now,
    changedBy: path,
    app: current?.app ?? {},
  };
}

type Matches = (group: string, clerkCreatedAt: number) => boolean;

/** Rows in the order of their sort keys, as they stood when the first was asked for: the table's index lags too. */
async function* list(items: Items, matches: Matches, options: CallOptions): AsyncGenerator<IndexedUser> {
  const rows = await answer(options, () => rowsOf(items, matches));
  for (const row of rows) yield answer(options, () => row);
}

function rowsOf(items: Items, matches: Matches): IndexedUser[] {
  return [...items.values()]
    .flatMap((item) => rowOf(item, matches) ?? [])
    .map((row) => ({ row, key: sortKey(row.clerkCreatedAt, row.id) }))
    .toSorted((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ row }) => row);
}

function rowOf({ user, fingerprint }: Item, matches: Matches): IndexedUser | undefined {
  const { id, profile, record } = user;
  const group = indexKeysOf(user)?.group;
  const clerkCreatedAt = record?.content.clerkCreatedAt ?? 0;
  if (group === undefined || !matches(group, clerkCreatedAt)) return undefined;
  return { id, clerkCreatedAt, fingerprint, profileVersion: profile.version, recordVersion: record?.version };
}
