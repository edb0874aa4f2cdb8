import type { RequestUser } from 'clerk-dynamodb-sync/request';

/** What came of it. `refused` is the answer of somebody who may not come in, and stays it; `failed` may be tried again. */
export type UserSync =
  | { readonly status: 'synced'; readonly outcome: string; readonly user: RequestUser }
  | { readonly status: 'refused'; readonly code: string }
  | { readonly status: 'failed'; readonly code: string };

export interface SyncRequest {
  /** The API's address, without a slash at the end: the stack's output `ApiUrl`. */
  readonly api: string;
  /** As Clerk's `useAuth` has it. */
  readonly getToken: (options?: { skipCache?: boolean }) => Promise<string | null>;
}

/** A container of the API asks Clerk ten times at once and then once a second: a 503 is worth asking again a moment later. */
const WAITS_MS: readonly number[] = [1_000, 3_000];

/**
 * Has the API read the signed-in user from Clerk now, by `POST /users/sync`, instead of waiting for the webhook.
 *
 * @param waitsMs how long to wait before each further try of one that failed
 */
export function syncUser(request: SyncRequest, waitsMs = WAITS_MS): Promise<UserSync> {
  return keepTrying(request, waitsMs, false);
}

async function keepTrying(request: SyncRequest, waitsMs: readonly number[], isAgain: boolean): Promise<UserSync> {
  const result = await tryToSync(request, isAgain);
  const [waitMs, ...later] = waitsMs;
  if (result.status !== 'failed' || waitMs === undefined) return result;
  await new Promise((resolve) => setTimeout(resolve, waitMs));
  return keepTrying(request, later, true);
}

/** @param isAgain whether to take a token of its own: the one at hand may be what was wrong */
async function tryToSync({ api, getToken }: SyncRequest, isAgain: boolean): Promise<UserSync> {
  try {
    const token = await getToken({ skipCache: isAgain });
    if (token === null) return { status: 'failed', code: 'signed_out' };
    const response = await fetch(`${api}/users/sync`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
    });
    return meaningOf(response.status, await response.json());
  } catch {
    // No network, or an answer that is not JSON. Neither is worth more words to a client.
    return { status: 'failed', code: 'unreachable' };
  }
}

function meaningOf(status: number, body: unknown): UserSync {
  const user = memberOf(body, 'user');
  const outcome = memberOf(body, 'outcome');
  if ((status === 200 || status === 201) && isUser(user) && typeof outcome === 'string') {
    return { status: 'synced', outcome, user };
  }
  const told = memberOf(memberOf(body, 'error'), 'code');
  const code = typeof told === 'string' ? told : `http_${status}`;
  // 403: deleted, banned or deprovisioned. 404: Clerk has nobody of that name.
  return { status: status === 403 || status === 404 ? 'refused' : 'failed', code };
}

function isUser(value: unknown): value is RequestUser {
  return typeof memberOf(value, 'id') === 'string';
}

function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  const member: unknown = Reflect.get(value, name);
  return member;
}
