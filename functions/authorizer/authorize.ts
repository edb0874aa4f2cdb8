import { merge } from '../../shared/domain/merge.ts';
import type { TokenSnapshot } from '../../shared/domain/snapshot.ts';
import { refusalOf } from '../../shared/domain/standing.ts';
import type { MirroredUser, StoredUser } from '../../shared/domain/user.ts';
import { StoreUnavailable } from '../../shared/ports/user-store.ts';
import type { RequestUser } from '../../shared/request/request-user.ts';
import { requestUser } from '../../shared/request/request-user.ts';
import type { SyncResult } from '../../shared/sync/apply-snapshot.ts';
import { applySnapshot } from '../../shared/sync/apply-snapshot.ts';
import { persist } from '../../shared/sync/persist.ts';
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
  const found = await mirror(snapshot, deps);
  if (found.status === 'no-such-user') return deny(deps, 'forbidden', 'no-such-user');
  const refusal = found.user && refusalOf(found.user);
  if (refusal) return deny(deps, 'forbidden', refusal);
  if (found.status === 'known') return { verdict: 'allow', user: requestUser(found.user, found.synced), sessionId };
  if (deps.onStoreFailure === 'deny') return deny(deps, 'forbidden', 'store-unavailable');
  return { verdict: 'allow', user: requestUser(found.user ?? fromToken(snapshot, deps), false), sessionId };
}

type Found =
  /** `synced`: the mirror stands behind what is said of the user. */
  | { readonly status: 'known'; readonly user: MirroredUser; readonly synced: boolean }
  | { readonly status: 'no-such-user' }
  /** The mirror has not been reached. `user`: what has been learnt of her all the same. */
  | { readonly status: 'unavailable'; readonly user: MirroredUser | undefined };

/** The user as the mirror has her once the token has been taken into account. */
async function mirror(token: TokenSnapshot, deps: AuthorizerDependencies): Promise<Found> {
  const startedAt = deps.clock.now();
  const read = await readStored(token.id, deps);
  if (read === 'unavailable') return { status: 'unavailable', user: undefined };
  if (read && refusalOf(read)) return { status: 'known', user: read, synced: true };
  const budgetMs = Math.max(1, startedAt + TABLE_BUDGET_MS - deps.clock.now());
  const result = read ? await refresh(token, read, budgetMs, deps) : await createMissingUser(token, budgetMs, deps);
  return result === 'no-such-user' ? { status: 'no-such-user' } : foundBy(result, read);
}

function foundBy(result: SyncResult, read: StoredUser | undefined): Found {
  switch (result.status) {
    case 'settled':
      return { status: 'known', user: result.user, synced: true };
    case 'unsettled':
      // Clerk was asked and has no such user any more: her deletion is on its way.
      return result.reason === 'absent'
        ? { status: 'no-such-user' }
        : { status: 'known', user: result.user, synced: true };
    case 'failed':
      return foundUnwritten(result.decided, result.reason === 'unstorable', read);
    default:
      return result satisfies never;
  }
}

/** What was decided counts, though it could not be written: Clerk may just have said that the user is banned. */
function foundUnwritten(decided: MirroredUser | undefined, isReached: boolean, read: StoredUser | undefined): Found {
  const user = decided ?? read;
  return user && (isReached || read) ? { status: 'known', user, synced: false } : { status: 'unavailable', user };
}

async function readStored(
  userId: string,
  deps: AuthorizerDependencies,
): Promise<StoredUser | undefined | 'unavailable'> {
  const deadline = deps.timers.deadline(TABLE_BUDGET_MS);
  try {
    return await persist(deps, deadline.signal, () => deps.store.get(userId, { signal: deadline.signal }));
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

/** The user that a token alone would create. */
function fromToken(token: TokenSnapshot, deps: AuthorizerDependencies): MirroredUser {
  const decision = merge(undefined, token, deps.clock.now());
  if (decision.ask) throw new Error('The rule asked about a user that is not stored.');
  return decision.next;
}

function deny(deps: AuthorizerDependencies, verdict: 'unauthorized' | 'forbidden', reason: string): Authorization {
  deps.metrics.record('AuthDenied', 1, { Reason: reason });
  return { verdict };
}
