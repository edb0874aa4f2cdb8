import type { TokenVerifier } from '../../shared/ports/token-verifier.ts';
import type { SyncDependencies } from '../../shared/sync/apply-snapshot.ts';
import type { AskLimit } from './ask-limit.ts';

/** Everything the authorizer depends on. */
export interface AuthorizerDependencies extends SyncDependencies {
  /**
   * `syncing` keeps the mirror; `verify-only` reads it and writes nothing, for routes that do the syncing themselves;
   * `optional` syncs, and lets in as nobody whoever has no token of ours.
   */
  readonly variant: 'syncing' | 'verify-only' | 'optional';
  readonly verifier: TokenVerifier;
  /** The only way to Clerk. */
  readonly askLimit: AskLimit;
  readonly onStoreFailure: 'allow' | 'deny';
  /** Whether a token must bring an email for a user to be created from it. */
  readonly requireEmail: boolean;
}

/** Time for the table, reading and writing together, ms: with everything around it a request has its answer within 800. */
export const TABLE_BUDGET_MS = 750;

/** Time for Clerk where only Clerk can say who somebody is, ms; on top of the table's. */
export const CLERK_BUDGET_MS = 700;

/** Of the table's time, what a question about a stored user leaves for writing what Clerk answers, ms. */
export const WRITE_RESERVE_MS = 200;

/**
 * A question that would have less time than this is not asked, ms. One that had it and got no answer counts as a failure of
 * Clerk's: see `withinLimits`, which draws that line a little lower.
 */
export const SHORTEST_QUESTION_MS = 300;
