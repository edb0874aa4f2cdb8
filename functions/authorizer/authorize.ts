import { merge } from '../../shared/domain/merge.ts';
import type { TokenSnapshot } from '../../shared/domain/snapshot.ts';
import type { MirroredUser, StoredUser } from '../../shared/domain/user.ts';
import { StoreUnavailable } from '../../shared/ports/user-store.ts';
import type { RequestUser } from '../../shared/request/request-user.ts';
import { requestUser } from '../../shared/request/request-user.ts';
import type { SyncResult } from '../../shared/sync/apply-snapshot.ts';
import { applySnapshot } from '../../shared/sync/apply-snapshot.ts';
import type { AuthorizerDependencies } from './dependencies.ts';
import { TABLE_BUDGET_MS } from './dependencies.ts';
import { createMissingUser } from './missing-user.ts';

export type Authorization =
  | { readonly verdict: 'allow'; readonly user: RequestUser; readonly sessionId: string }
  /** 401: no token, or not one that we accept. */
  | { readonly verdict: 'unauthorized' }
  /** 403: a valid token of someone who may not come in. */
  | { readonly verdict: 'forbidden' };

/**
 * Decides about one request: verifies its token, compares the claims with the stored user and writes only on a difference.
 *
 * @param token the bearer token or session cookie as it came; undefined if there was none
 */
export async function authorize(token: string | undefined, deps: AuthorizerDependencies): Promise<Authorization> {
  if (token === undefined) return deny(deps, 'unauthorized', 'missing');
  const verification = await deps.verifier.verify(token);
  if (!verification.ok) return deny(deps, 'unauthorized', verification.reason);
  const { snapshot, sessionId } = verification.token;
  const mirrored = await mirror(snapshot, deps);
  if (mirrored.status === 'no-such-user') return deny(deps, 'forbidden', 'no-such-user');
  if (mirrored.status === 'unavailable') return withoutStore(snapshot, sessionId, deps);
  const refusal = refusalOf(mirrored.user);
  if (refusal) return deny(deps, 'forbidden', refusal);
  return { verdict: 'allow', user: requestUser(mirrored.user, mirrored.synced), sessionId };
}

type Mirrored =
  | { readonly status: 'known'; readonly user: MirroredUser; readonly synced: boolean }
  | { readonly status: 'no-such-user' }
  | { readonly status: 'unavailable' };

/** The user as the mirror has it once the token has been taken into account. */
async function mirror(token: TokenSnapshot, deps: AuthorizerDependencies): Promise<Mirrored> {
  const startedAt = deps.clock.now();
  const read = await readStored(token.id, deps);
  if (read === 'unavailable') return { status: 'unavailable' };
  if (read && refusalOf(read)) return { status: 'known', user: read, synced: true };
  const budgetMs = Math.max(1, startedAt + TABLE_BUDGET_MS - deps.clock.now());
  const result = read ? await refresh(token, read, budgetMs, deps) : await createMissingUser(token, budgetMs, deps);
  if (result === 'no-such-user') return { status: 'no-such-user' };
  if (result.status !== 'failed') return { status: 'known', user: result.user, synced: true };
  // A user who is stored is known, even if the newer claims could not be written.
  return read ? { status: 'known', user: read, synced: false } : { status: 'unavailable' };
}

async function readStored(
  userId: string,
  deps: AuthorizerDependencies,
): Promise<StoredUser | undefined | 'unavailable'> {
  const deadline = deps.timers.deadline(TABLE_BUDGET_MS);
  try {
    return await deps.store.get(userId, { signal: deadline.signal });
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
    deps.metrics.record('SyncFailed', 1, { Path: 'authorizer' });
    return 'unavailable';
  } finally {
    deadline.clear();
  }
}

function refresh(
  token: TokenSnapshot,
  stored: StoredUser,
  budgetMs: number,
  deps: AuthorizerDependencies,
): Promise<SyncResult> {
  return applySnapshot(deps, token, {
    path: 'authorizer',
    budgetMs,
    known: { user: stored },
    ask: (userId, signal) => deps.askLimit.ask(userId, signal),
  });
}

/** The table cannot be reached: the token alone decides, if the deployment allows that. */
function withoutStore(token: TokenSnapshot, sessionId: string, deps: AuthorizerDependencies): Authorization {
  if (deps.onStoreFailure === 'deny') return deny(deps, 'forbidden', 'store-unavailable');
  const decision = merge(undefined, token, deps.clock.now());
  if (decision.ask) throw new Error('The rule asked about a user that is not stored.');
  return { verdict: 'allow', user: requestUser(decision.next, false), sessionId };
}

/** Why this user may not come in even with a valid token. `locked` is temporary and not a reason. */
function refusalOf(user: MirroredUser): 'deleted' | 'banned' | 'deprovisioned' | undefined {
  if (user.tombstone) return 'deleted';
  if (user.record?.content.banned) return 'banned';
  if (user.record?.content.deprovisioned) return 'deprovisioned';
  return undefined;
}

function deny(deps: AuthorizerDependencies, verdict: 'unauthorized' | 'forbidden', reason: string): Authorization {
  deps.metrics.record('AuthDenied', 1, { Reason: reason });
  return { verdict };
}
