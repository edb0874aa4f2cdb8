import { createAskLimit } from '../../../functions/authorizer/ask-limit.ts';
import type { AuthorizerDependencies } from '../../../functions/authorizer/dependencies.ts';
import type { TokenSnapshot } from '../../../shared/domain/snapshot.ts';
import type { TokenRefusal, TokenVerifier, VerifiedToken } from '../../../shared/ports/token-verifier.ts';
import type { DirectoryUser } from '../../../shared/ports/user-directory.ts';
import { applySnapshot } from '../../../shared/sync/apply-snapshot.ts';
import type { Parts } from './parts.ts';
import { directoryUser, NOW } from './parts.ts';

export const ID = 'user_one';

/** The claims that `directoryUser(ID)` has. */
export const CLAIMS = { email: `${ID}@example.com`, firstName: 'First', lastName: 'Last', imageUrl: null };

/** A verifier that has verified this: real verification has tests of its own. */
export function verified(snapshot: Partial<TokenSnapshot>, token: Partial<VerifiedToken> = {}): TokenVerifier {
  const claims: TokenSnapshot = { source: 'token', id: ID, claims: {}, asOf: undefined, ...snapshot };
  const rest = { userId: claims.id, sessionId: 'sess_1', expiresAt: NOW + 60_000, ...token };
  return { verify: () => Promise.resolve({ ok: true, token: { ...rest, snapshot: claims } }) };
}

export function refusing(reason: TokenRefusal): TokenVerifier {
  return { verify: () => Promise.resolve({ ok: false, reason }) };
}

/** What the authorizer depends on, in memory, with what the test cares about changed. */
export function authorizerOf(parts: Parts, over: Partial<AuthorizerDependencies> = {}): AuthorizerDependencies {
  const settings = { variant: 'syncing', onStoreFailure: 'allow', requireEmail: true } as const;
  return { ...parts, ...settings, verifier: verified({}), askLimit: createAskLimit(parts), ...over };
}

/** Puts a user into Clerk and, as her webhook would, into the mirror. */
export async function storeFromClerk(parts: Parts, user: DirectoryUser = directoryUser(ID)): Promise<void> {
  parts.clerkUsers.set(user.id, user);
  const snapshot = { source: 'read', ...user, seenAt: NOW - 30_000, lifts: 'none' } as const;
  await applySnapshot(parts, snapshot, { path: 'webhook', budgetMs: 1_000 });
}
