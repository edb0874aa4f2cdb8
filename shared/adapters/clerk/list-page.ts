import type { DirectoryPage, DirectoryUser, UpdatedPage } from '../../ports/user-directory.ts';
import { CursorRefused } from '../../ports/user-directory.ts';
import { parseClerkUser } from './clerk-user.ts';
import { unavailableBy, unreadable } from './directory-errors.ts';
import { isUserId } from './user-id.ts';

/** The version of the Backend API that the pinned `@clerk/backend` asks for: one shape of a user on every path. */
const API_VERSION = '2026-05-12';

/** Clerk's own bounds. 501 is not refused: it silently gives 10, which would read as a last page. */
const LARGEST_PAGE = 500;
const MOST_IDS = 100;

export const LIST_PAGE = 'list users';
export const LIST_UPDATED = 'list updated users';
export const LIST_BY_ID = 'list users by id';

/** Where to read from, and with what. */
export interface ListRequest {
  /** Without a slash at its end and without `/v1`. */
  readonly apiUrl: string;
  readonly secretKey: string;
  readonly signal: AbortSignal;
}

/**
 * One page of `GET /v1/users` in order of creation. Read with `fetch`: the package's `getUserList` makes two calls a page,
 * does not know `starting_after` and takes twice the CPU time.
 */
export async function fetchPage(request: ListRequest, page: DirectoryPage): Promise<readonly DirectoryUser[]> {
  const query = new URLSearchParams({ limit: String(page.limit), order_by: '+created_at' });
  // Nobody was created before 1970: a bound below it asks for everyone.
  if (page.createdAfter !== undefined && page.createdAfter >= 0) {
    query.set('created_at_after', String(page.createdAfter));
  }
  if (page.startingAfter !== undefined) query.set('starting_after', page.startingAfter);
  if (page.banned) query.set('banned', 'true');
  const response = await get(request, query);
  if (page.startingAfter !== undefined && isRefusedCursor(response.status)) {
    throw new CursorRefused(`Clerk does not accept the cursor (status ${response.status}).`);
  }
  const users = await readUsers(response, LIST_PAGE);
  return inOrder(users, LIST_PAGE, ({ record }) => record.clerkCreatedAt);
}

/** One page of `GET /v1/users`, the last updated first. */
export async function fetchUpdated(
  request: ListRequest,
  { limit, offset }: UpdatedPage,
): Promise<readonly DirectoryUser[]> {
  const query = new URLSearchParams({ limit: String(limit), offset: String(offset), order_by: '-updated_at' });
  return inOrder(await readUsers(await get(request, query), LIST_UPDATED), LIST_UPDATED, ({ asOf }) => -asOf);
}

/** Those of some ids that exist, in one call. */
export async function fetchById(request: ListRequest, ids: readonly string[]): Promise<readonly DirectoryUser[]> {
  const wanted = new Set(ids);
  if (wanted.size === 0) return [];
  const query = new URLSearchParams({ limit: String(LARGEST_PAGE), order_by: '+created_at' });
  for (const id of wanted) query.append('user_id', id);
  const users = await readUsers(await get(request, query), LIST_BY_ID);
  if (users.every(({ id }) => wanted.has(id))) return users;
  throw unreadable(LIST_BY_ID, 'it has users that were not asked for');
}

/** @throws RangeError for a limit that Clerk would not refuse and not keep: a mistake of the caller */
export function checkLimit(limit: number): void {
  if (Number.isInteger(limit) && limit >= 1 && limit <= LARGEST_PAGE) return;
  throw new RangeError(`A page of Clerk's users has 1 to ${LARGEST_PAGE} users, not ${limit}.`);
}

/** @throws RangeError for more ids than Clerk takes at a time: a mistake of the caller */
export function checkIds(ids: readonly string[]): void {
  if (ids.length <= MOST_IDS) return;
  throw new RangeError(`Clerk takes at most ${MOST_IDS} user ids at a time, not ${ids.length}.`);
}

function get({ apiUrl, secretKey, signal }: ListRequest, query: URLSearchParams): Promise<Response> {
  const headers = { authorization: `Bearer ${secretKey}`, 'clerk-api-version': API_VERSION };
  // A redirect is nothing that Clerk's API does: the key must not follow one.
  return fetch(`${apiUrl}/v1/users?${query.toString()}`, { headers, signal, redirect: 'error' });
}

/** A page is a whole list of whole users, or an error: what cannot be read must never look like users who are gone. */
async function readUsers(response: Response, call: string): Promise<readonly DirectoryUser[]> {
  if (!response.ok) {
    await response.body?.cancel();
    throw unavailableBy(call, { status: response.status, retryAfter: secondsIn(response.headers.get('retry-after')) });
  }
  const list = await readList(response, call);
  return list.map((json, position) => {
    const parsed = parseClerkUser(json);
    if (parsed.ok) return parsed.user;
    throw unreadable(call, `the user ${nameOf(json, position)} cannot be read (${parsed.reason})`);
  });
}

/** By which the one on call finds her: everything else in it is hers. */
function nameOf(json: unknown, position: number): string {
  const id = typeof json === 'object' && json !== null && 'id' in json ? json.id : undefined;
  return isUserId(id) ? id : `at position ${position}`;
}

async function readList(response: Response, call: string): Promise<readonly unknown[]> {
  const body: unknown = await response.json().catch((error: unknown) => {
    // A body that breaks off fails as a TypeError of `fetch`, one that was cut short on the way as a SyntaxError.
    throw error instanceof SyntaxError ? unreadable(call, 'its body is not JSON') : error;
  });
  if (isList(body)) return body;
  throw unreadable(call, 'its body is not a list');
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

/** @param rank what the order goes by, ascending */
function inOrder(
  users: readonly DirectoryUser[],
  call: string,
  rank: (user: DirectoryUser) => number,
): readonly DirectoryUser[] {
  const ranks = users.map(rank);
  if (ranks.every((own, position) => position === 0 || own >= (ranks[position - 1] ?? 0))) return users;
  throw unreadable(call, 'its users are not in the order that was asked for');
}

/** 401 and 403 speak of the key, 408 and 429 of the moment; every other 4xx to a call with a cursor is about the cursor. */
function isRefusedCursor(status: number): boolean {
  return status >= 400 && status < 500 && ![401, 403, 408, 429].includes(status);
}

function secondsIn(retryAfter: string | null): number | undefined {
  return retryAfter !== null && /^\d{1,6}$/.test(retryAfter) ? Number(retryAfter) : undefined;
}
