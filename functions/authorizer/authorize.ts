import { refusalOf } from '../../shared/domain/standing.ts';
import type { VerifiedToken } from '../../shared/ports/token-verifier.ts';
import type { RequestUser } from '../../shared/request/request-user.ts';
import { requestUser } from '../../shared/request/request-user.ts';
import type { AuthorizerDependencies } from './dependencies.ts';
import { claimedUser, findUser } from './find-user.ts';

export type Authorization =
  | { readonly verdict: 'allow'; readonly user: RequestUser; readonly sessionId: string | undefined }
  /** Let in as nobody: the optional variant, with no token or not one that we accept. */
  | { readonly verdict: 'anonymous' }
  /** 401: no token, or not one that we accept. */
  | { readonly verdict: 'unauthorized' }
  /** 403: a valid token of someone who may not come in. */
  | { readonly verdict: 'forbidden' }
  /** 500: the table was not reached, and without it this deployment lets nobody in. */
  | { readonly verdict: 'unavailable' };

/**
 * Decides about one request: verifies its token, compares the claims with the stored user and writes only on a difference.
 *
 * @param token the bearer token or session cookie as it came; undefined if there was none
 */
export async function authorize(token: string | undefined, deps: AuthorizerDependencies): Promise<Authorization> {
  if (token === undefined) return turnAway('missing', deps);
  const verification = await deps.verifier.verify(token);
  return verification.ok ? admit(verification.token, deps) : turnAway(verification.reason, deps);
}

async function admit(token: VerifiedToken, deps: AuthorizerDependencies): Promise<Authorization> {
  const { snapshot, sessionId, actor } = token;
  const found = await findUser(snapshot, deps);
  if (found.status === 'no-such-user') return forbid('no-such-user', deps);
  const refusal = found.user && refusalOf(found.user);
  if (refusal) return forbid(refusal, deps);
  if (found.status === 'unavailable' && deps.onStoreFailure === 'deny') return giveUp(deps);
  const user = found.user ?? claimedUser(snapshot, deps);
  return { verdict: 'allow', user: requestUser(user, found.status === 'known' && found.synced, actor), sessionId };
}

/**
 * A request without a token of ours. Where nobody has to be signed in it is anybody's: a browser sends the cookie of its last
 * session along, and a page for everyone must not turn away those who have been here before.
 */
function turnAway(reason: string, deps: AuthorizerDependencies): Authorization {
  const isPublic = deps.variant === 'optional';
  if (!isPublic || reason !== 'missing') count(reason, deps);
  return { verdict: isPublic ? 'anonymous' : 'unauthorized' };
}

function forbid(reason: string, deps: AuthorizerDependencies): Authorization {
  count(reason, deps);
  return { verdict: 'forbidden' };
}

/** Not a refusal: API Gateway would repeat one to a user about whom nothing is known but that we could not look. */
function giveUp(deps: AuthorizerDependencies): Authorization {
  count('store-unavailable', deps);
  return { verdict: 'unavailable' };
}

function count(reason: string, { metrics }: AuthorizerDependencies): void {
  metrics.record('AuthDenied', 1, { Reason: reason });
}
