import { seededRank } from '../random.ts';
import type { Compare } from '../sorted-list.ts';
import { primaryEmail } from './user.ts';
import type { StoredUser } from './user.ts';

type SortKey = (user: StoredUser) => number | string | null;

const SORT_KEYS = {
  created_at: (user) => user.createdAt,
  updated_at: (user) => user.updatedAt,
  email_address: (user) => primaryEmail(user)?.address ?? null,
  web3wallet: () => null,
  first_name: (user) => user.firstName,
  last_name: (user) => user.lastName,
  phone_number: (user) => user.phones.find(({ id }) => id === user.primaryPhoneId)?.number ?? null,
  username: (user) => user.username,
  last_active_at: (user) => user.lastActiveAt,
  last_sign_in_at: (user) => user.lastSignInAt,
} as const satisfies Record<string, SortKey>;

/** What `order_by` of `GET /v1/users` takes, without its sign. */
export type OrderField = keyof typeof SORT_KEYS;

export const ORDER_FIELDS: readonly string[] = Object.keys(SORT_KEYS);

export function isOrderField(name: string): name is OrderField {
  return Object.hasOwn(SORT_KEYS, name);
}

/**
 * Ascending order by a field. Users without a value come last, as PostgreSQL has it. Users with equal values keep an
 * order that only the seed decides: Clerk does not say which, so nobody may rely on one.
 */
export function compareUsers(field: OrderField, seed: number): Compare<StoredUser> {
  const key: SortKey = SORT_KEYS[field];
  return (left, right) => compareKeys(key(left), key(right)) || compareTies(seed, left.id, right.id);
}

function compareKeys(left: number | string | null, right: number | string | null): number {
  if (left === right) return 0;
  if (left === null) return 1;
  if (right === null) return -1;
  return left < right ? -1 : 1;
}

function compareTies(seed: number, left: string, right: string): number {
  if (left === right) return 0;
  return seededRank(seed, left) - seededRank(seed, right) || (left < right ? -1 : 1);
}
