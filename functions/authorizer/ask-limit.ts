import type { Clock } from '../../shared/ports/time.ts';
import type { UserDirectory } from '../../shared/ports/user-directory.ts';
import type { AskAnswer } from '../../shared/sync/apply-snapshot.ts';
import { readUser } from '../../shared/sync/read-user.ts';

/** Asks Clerk about a user on behalf of a request, and not too often. */
export interface AskLimit {
  /** @returns what Clerk says or, when it has just been asked about this user, what it said then */
  ask(userId: string, signal: AbortSignal): Promise<AskAnswer>;
}

/** A user is asked about at most once in this time (ms) by one container: a stream of requests must not use up Clerk's quota. */
const ASK_INTERVAL_MS = 60_000;

/** That there is no such user is believed for this long only (ms): Clerk may not have heard of a new one everywhere yet. */
const ABSENCE_MS = 5_000;

/** Answers remembered; the oldest is forgotten first, and its user may then be asked about again. */
const REMEMBERED_ANSWERS = 1_000;

interface Asked {
  readonly answer: AskAnswer;
  /** ms. */
  readonly until: number;
}

export function createAskLimit(deps: { readonly directory: UserDirectory; readonly clock: Clock }): AskLimit {
  const asked = new Map<string, Asked>();
  const remember = (userId: string, answer: AskAnswer): void => {
    const until = deps.clock.now() + (answer === 'absent' ? ABSENCE_MS : ASK_INTERVAL_MS);
    asked.delete(userId);
    asked.set(userId, { answer, until });
    const [oldest] = asked.keys();
    if (asked.size > REMEMBERED_ANSWERS && oldest !== undefined) asked.delete(oldest);
  };
  return {
    async ask(userId, signal) {
      const last = asked.get(userId);
      if (last && deps.clock.now() < last.until) return last.answer;
      // Before the answer: an invocation that is cut off while it waits has asked all the same.
      remember(userId, 'unavailable');
      const answer = await readUser(deps, userId, 'none', signal);
      remember(userId, answer);
      return answer;
    },
  };
}
