import { DirectoryUnavailable } from '../../shared/ports/user-directory.ts';
import type { AskAnswer } from '../../shared/sync/apply-snapshot.ts';
import type { ReadDependencies } from '../../shared/sync/read-user.ts';
import { lookUpUser } from '../../shared/sync/read-user.ts';

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

export function createAskLimit(deps: ReadDependencies): AskLimit {
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
      const { answer, wasAsked } = await askClerk(deps, userId, signal);
      if (wasAsked) remember(userId, answer);
      else asked.delete(userId);
      return answer;
    },
  };
}

/** A question that our own limits held back was never asked: the next request may ask it. */
async function askClerk(
  deps: ReadDependencies,
  userId: string,
  signal: AbortSignal,
): Promise<{ readonly answer: AskAnswer; readonly wasAsked: boolean }> {
  try {
    return { answer: await lookUpUser(deps, userId, 'none', signal), wasAsked: true };
  } catch (error) {
    if (error instanceof DirectoryUnavailable) return { answer: 'unavailable', wasAsked: !error.heldBack };
    throw error;
  }
}
