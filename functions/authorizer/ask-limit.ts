import type { Clock } from '../../shared/ports/time.ts';
import type { UserDirectory } from '../../shared/ports/user-directory.ts';
import type { AskAnswer } from '../../shared/sync/apply-snapshot.ts';
import { readUser } from '../../shared/sync/read-user.ts';

/** Asks Clerk about a user whose token says something that the rule cannot order. */
export interface AskLimit {
  ask(userId: string, signal: AbortSignal): Promise<AskAnswer>;
}

/** A user is asked about at most once in this time (ms) by one container: stale tokens must not use up Clerk's quota. */
const ASK_INTERVAL_MS = 60_000;

/** Users remembered; the oldest is forgotten first, and may then be asked about again. */
const REMEMBERED_USERS = 10_000;

export function createAskLimit(deps: { readonly directory: UserDirectory; readonly clock: Clock }): AskLimit {
  const askedAt = new Map<string, number>();
  return {
    ask(userId, signal) {
      const now = deps.clock.now();
      const last = askedAt.get(userId);
      if (last !== undefined && now - last < ASK_INTERVAL_MS) return Promise.resolve('unavailable');
      askedAt.delete(userId);
      askedAt.set(userId, now);
      const [oldest] = askedAt.keys();
      if (askedAt.size > REMEMBERED_USERS && oldest !== undefined) askedAt.delete(oldest);
      return readUser(deps, userId, 'none', signal);
    },
  };
}
