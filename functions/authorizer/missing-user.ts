import type { TokenSnapshot } from '../../shared/domain/snapshot.ts';
import type { SyncResult } from '../../shared/sync/apply-snapshot.ts';
import { applySnapshot } from '../../shared/sync/apply-snapshot.ts';
import { askInTime } from './ask-in-time.ts';
import type { AuthorizerDependencies } from './dependencies.ts';
import { CLERK_BUDGET_MS } from './dependencies.ts';

/**
 * Creates a user whom the mirror does not have yet: from the claims when they suffice, else from Clerk, and from the claims
 * all the same when Clerk cannot be reached. Clerk's own "no such user" is final.
 *
 * @param budgetMs what is left of the time for the table
 */
export async function createMissingUser(
  token: TokenSnapshot,
  budgetMs: number,
  deps: AuthorizerDependencies,
): Promise<SyncResult | 'no-such-user'> {
  const options = { path: 'authorizer', budgetMs, known: { user: undefined } } as const;
  if (suffices(token, deps.requireEmail)) return applySnapshot(deps, token, options);
  const ask = (signal: AbortSignal) => deps.askLimit.aboutMissing(token.id, signal);
  const answer = await askInTime(deps.timers, CLERK_BUDGET_MS, ask);
  if (answer === 'absent') return 'no-such-user';
  return applySnapshot(deps, answer === 'unavailable' ? token : answer, options);
}

function suffices(token: TokenSnapshot, requireEmail: boolean): boolean {
  return !requireEmail || typeof token.claims.email === 'string';
}
