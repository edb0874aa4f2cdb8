import { invalidParameter } from '../http/clerk-problem.ts';
import { countBelow } from '../sorted-list.ts';
import type { UserTest } from './filter.ts';
import type { UserFilter, UserListQuery } from './list-query.ts';
import type { UserStore } from './user-store.ts';
import type { StoredUser } from './user.ts';

/** A stretch of an ascending list, and what its users must still be asked. */
interface Candidates {
  readonly users: readonly StoredUser[];
  readonly from: number;
  readonly to: number;
  readonly tests: readonly UserTest[];
}

/**
 * One page. A cursor page costs the same wherever it lies, as does a page within a window of creation times.
 * @throws HttpProblem 422 when the cursor names no user.
 */
export function listUsers(store: UserStore, query: UserListQuery): StoredUser[] {
  const candidates = beyondCursor(store, query, select(store, query, query.order));
  const page: StoredUser[] = [];
  let skip = query.offset;
  for (const user of walk(candidates, query.descending)) {
    if (skip > 0) skip -= 1;
    else page.push(user);
    if (page.length === query.limit) break;
  }
  return page;
}

export function countUsers(store: UserStore, filter: UserFilter): number {
  const candidates = select(store, filter, 'created_at');
  if (candidates.tests.length === 0) return Math.max(0, candidates.to - candidates.from);
  return [...walk(candidates, false)].length;
}

function select(store: UserStore, filter: UserFilter, order: UserListQuery['order']): Candidates {
  const { included, excluded } = filter.ids;
  const users = included.size > 0 ? chosen(store, included, order) : store.sortedBy(order);
  const tests = excluded.size > 0 ? [...filter.tests, (user: StoredUser) => !excluded.has(user.id)] : filter.tests;
  const { createdAfter, createdBefore } = filter;
  if (order !== 'created_at') {
    const inWindow: UserTest = ({ createdAt }) => createdAt > createdAfter && createdAt < createdBefore;
    return { users, from: 0, to: users.length, tests: [...tests, inWindow] };
  }
  const from = countBelow(users, ({ createdAt }) => createdAt <= createdAfter);
  return { users, from, to: countBelow(users, ({ createdAt }) => createdAt < createdBefore), tests };
}

function chosen(store: UserStore, ids: ReadonlySet<string>, order: UserListQuery['order']): StoredUser[] {
  const users = [...ids].map((id) => store.get(id)).filter((user) => user !== undefined);
  return users.toSorted(store.compare(order));
}

function beyondCursor(store: UserStore, query: UserListQuery, candidates: Candidates): Candidates {
  if (query.startingAfter === undefined) return candidates;
  const cursor = store.get(query.startingAfter);
  if (cursor === undefined) throw invalidParameter('starting_after', 'the id of a user who exists');
  const compare = store.compare('created_at');
  const before = countBelow(candidates.users, (user) => compare(user, cursor) < 0);
  if (query.descending) return { ...candidates, to: Math.min(candidates.to, before) };
  const upTo = countBelow(candidates.users, (user) => compare(user, cursor) <= 0);
  return { ...candidates, from: Math.max(candidates.from, upTo) };
}

function* walk(candidates: Candidates, descending: boolean): Generator<StoredUser> {
  const { users, from, to, tests } = candidates;
  for (let step = 0; step < to - from; step += 1) {
    const user = users[descending ? to - 1 - step : from + step];
    if (user !== undefined && tests.every((test) => test(user))) yield user;
  }
}
