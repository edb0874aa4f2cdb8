import type { StoredUser } from '../../domain/user.ts';
import type { Clock } from '../../ports/time.ts';
import type { IndexedUser } from '../../ports/user-store.ts';
import type { IndexKeys } from '../dynamodb/creation-index.ts';
import { indexKeysOf, timeOfSortKey } from '../dynamodb/creation-index.ts';
import { isExpired } from '../dynamodb/expiry.ts';

export interface UserItem {
  readonly user: StoredUser;
  readonly fingerprint: string;
  /** s since the epoch. */
  readonly expiresAt: number | undefined;
}

/** Items by user id. */
export interface UserItems {
  /** The item, unless it is past its time to live. */
  living(id: string): UserItem | undefined;
  /** The item, though it may be past its time to live. */
  any(id: string): UserItem | undefined;
  put(item: UserItem): void;
  /** Every item, in the order of the ids. */
  all(): readonly UserItem[];
}

export function createUserItems(clock: Clock): UserItems {
  const items = new Map<string, UserItem>();
  let sorted: readonly UserItem[] | undefined;
  return {
    living(id) {
      const item = items.get(id);
      return item && !isExpired(item.expiresAt, clock.now()) ? item : undefined;
    },
    any: (id) => items.get(id),
    put: (item) => {
      items.set(item.user.id, item);
      sorted = undefined;
    },
    all: () => (sorted ??= [...items.values()].toSorted((a, b) => (a.user.id < b.user.id ? -1 : 1))),
  };
}

/** A row of the index, and where it stands there. */
export interface Listed {
  readonly group: string;
  /** The time at the front of its sort key, ms: of the creation in Clerk (0 where it is not known), of a deletion. */
  readonly at: number;
  readonly row: IndexedUser;
}

interface SortedRow {
  readonly sort: string;
  readonly listed: Listed;
}

/** An item never changes, and is listed again and again: its row is made once. */
const rows = new WeakMap<UserItem, SortedRow | 'unlisted'>();

/** The rows of all partitions, in the order of their sort keys. */
export function rowsOf(items: readonly UserItem[]): readonly Listed[] {
  return items
    .flatMap((item) => {
      const row = rowOf(item);
      return row === 'unlisted' ? [] : [row];
    })
    .toSorted((a, b) => (a.sort < b.sort ? -1 : 1))
    .map(({ listed }) => listed);
}

function rowOf(item: UserItem): SortedRow | 'unlisted' {
  const known = rows.get(item);
  if (known) return known;
  const keys = indexKeysOf(item.user);
  const row = keys ? { sort: keys.sort, listed: listedOf(item, keys) } : 'unlisted';
  rows.set(item, row);
  return row;
}

function listedOf({ user, fingerprint }: UserItem, { group, sort }: IndexKeys): Listed {
  const { id, profile, record } = user;
  const clerkCreatedAt = record?.content.clerkCreatedAt ?? 0;
  const row = { id, clerkCreatedAt, fingerprint, profileVersion: profile.version, recordVersion: record?.version };
  return { group, at: timeOfSortKey(sort), row };
}
