import type { Clock } from '../../shared/ports/time.ts';
import type { UserDirectory } from '../../shared/ports/user-directory.ts';
import type { AskAnswer } from '../../shared/sync/apply-snapshot.ts';
import { readUser } from '../../shared/sync/read-user.ts';

/** Asks Clerk about a user on behalf of a request, and not too often. */
export interface AskLimit {
  /** @returns what Clerk said; within the interval that it said there is no such user, or else `unavailable` */
  ask(userId: string, signal: AbortSignal): Promise<AskAnswer>;
}

/** A user is asked about at most once in this time (ms) by one container: a stream of requests must not use up Clerk's quota. */
const ASK_INTERVAL_MS = 60_000;

/** Users remembered; the oldest is forgotten first, and may then be asked about again. */
const REMEMBERED_USERS = 10_000;

interface Asked {
  readonly at: number;
  readonly wasAbsent: boolean;
}

export function createAskLimit(deps: { readonly directory: UserDirectory; readonly clock: Clock }): AskLimit {
  const asked = new Map<string, Asked>();
  const remember = (userId: string, at: number, wasAbsent: boolean): void => {
    asked.delete(userId);
    asked.set(userId, { at, wasAbsent });
    const [oldest] = asked.keys();
    if (asked.size > REMEMBERED_USERS && oldest !== undefined) asked.delete(oldest);
  };
  return {
    async ask(userId, signal) {
      const now = deps.clock.now();
      const last = asked.get(userId);
      if (last && now - last.at < ASK_INTERVAL_MS) return last.wasAbsent ? 'absent' : 'unavailable';
      // Before the answer: an invocation that is cut off while it waits has asked all the same.
      remember(userId, now, false);
      const answer = await readUser(deps, userId, 'none', signal);
      remember(userId, now, answer === 'absent');
      return answer;
    },
  };
}
