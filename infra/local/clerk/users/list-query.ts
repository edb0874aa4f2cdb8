import { invalidParameter } from '../http/clerk-problem.ts';
import { readFilters, readMomentParameter, readSelection } from './filter.ts';
import type { Selection, UserTest } from './filter.ts';
import { ORDER_FIELDS, isOrderField } from './order.ts';
import type { OrderField } from './order.ts';

const DEFAULT_LIMIT = 10;
const MAX_LIMIT = 500;

/** Which users are meant; shared by the list and the count. */
export interface UserFilter {
  readonly ids: Selection;
  /** Both bounds are exclusive. */
  readonly createdAfter: number;
  readonly createdBefore: number;
  readonly tests: readonly UserTest[];
}

export interface UserListQuery extends UserFilter {
  readonly limit: number;
  readonly offset: number;
  readonly order: OrderField;
  readonly descending: boolean;
  /** Id of the last user of the page before. */
  readonly startingAfter?: string;
}

/** @throws HttpProblem 422 for parameters that Clerk refuses. */
export function readUserFilter(query: URLSearchParams): UserFilter {
  return {
    ids: readSelection(query, 'user_id', ','),
    createdAfter: readMomentParameter(query, 'created_at_after') ?? -Infinity,
    createdBefore: readMomentParameter(query, 'created_at_before') ?? Infinity,
    tests: readFilters(query),
  };
}

/** @throws HttpProblem 422 for parameters, or combinations of them, that Clerk refuses. */
export function readListQuery(query: URLSearchParams): UserListQuery {
  const { order, descending } = readOrder(query.get('order_by') ?? '');
  const offset = readOffset(query.get('offset'));
  const startingAfter = query.get('starting_after') ?? '';
  const paging = { limit: readLimit(query.get('limit')), offset, order, descending };
  if (startingAfter === '') return { ...readUserFilter(query), ...paging };
  if (order !== 'created_at') throw invalidParameter('starting_after', 'used with the order created_at only');
  if (offset !== 0) throw invalidParameter('starting_after', 'used without an offset');
  return { ...readUserFilter(query), ...paging, startingAfter };
}

/** A limit out of range is not refused: Clerk then answers with its default. */
function readLimit(text: string | null): number {
  const limit = Number(text ?? DEFAULT_LIMIT);
  return Number.isInteger(limit) && limit >= 1 && limit <= MAX_LIMIT ? limit : DEFAULT_LIMIT;
}

function readOffset(text: string | null): number {
  const offset = Number(text ?? 0);
  if (!Number.isSafeInteger(offset) || offset < 0) throw invalidParameter('offset', 'a whole number, 0 or more');
  return offset;
}

/** Only the first `order_by` counts. A plus that was not escaped arrives as a space. */
function readOrder(text: string): { order: OrderField; descending: boolean } {
  if (text === '') return { order: 'created_at', descending: true };
  const order = text.replace(/^[-+ ]/, '');
  if (!isOrderField(order)) throw invalidParameter('order_by', `one of ${ORDER_FIELDS.join(', ')}, with + or -`);
  return { order, descending: text.startsWith('-') };
}
