import type { TokenVerifier } from '../../shared/ports/token-verifier.ts';
import type { UserDirectory } from '../../shared/ports/user-directory.ts';
import type { SyncDependencies } from '../../shared/sync/apply-snapshot.ts';
import type { AskLimit } from './ask-limit.ts';

/** Everything the authorizer depends on. */
export interface AuthorizerDependencies extends SyncDependencies {
  readonly verifier: TokenVerifier;
  readonly directory: UserDirectory;
  readonly askLimit: AskLimit;
  readonly onStoreFailure: 'allow' | 'deny';
  /** Whether a token must bring an email for a user to be created from it. */
  readonly requireEmail: boolean;
}

/** Time for the table, and again for Clerk, ms: a request must not wait longer for its user. */
export const AUTHORIZER_BUDGET_MS = 800;
