import type { Metrics } from '../../shared/ports/metrics.ts';
import { DirectoryUnavailable } from '../../shared/ports/user-directory.ts';
import type { AskAnswer } from '../../shared/sync/apply-snapshot.ts';
import type { ReadDependencies } from '../../shared/sync/read-user.ts';
import { lookUpUser } from '../../shared/sync/read-user.ts';

/** Asks Clerk about a user on behalf of a request, and not too often. */
export interface AskLimit {
  /** @returns what Clerk says or, when it has just been asked about this user, what it said then */
  aboutMissing(userId: string, signal: AbortSignal): Promise<AskAnswer>;
  /**
   * @returns what Clerk says or, when it has just been asked, `unavailable`: what it said then has been stored, and may be older
   *   than what is stored by now, over which a read would win. That a stored user is gone it says again: that stores nothing
   */
  aboutStored(userId: string, signal: AbortSignal): Promise<AskAnswer>;
}

type Subject = 'missing' | 'stored';

/** A user is asked about at most once in this time (ms) by one container: a stream of requests must not use up Clerk's quota. */
const ASK_INTERVAL_MS = 60_000;

/** That a missing user is not in Clerk either is believed for this long only (ms): Clerk may not have heard of her everywhere yet. */
const ABSENCE_MS = 5_000;

/** Answers remembered; the oldest is forgotten first, and its user may then be asked about again. */
const REMEMBERED_ANSWERS = 1_000;

interface Asked {
  readonly subject: Subject;
  readonly answer: AskAnswer;
  /** ms. */
  readonly until: number;
}

export interface AskDependencies extends ReadDependencies {
  readonly metrics: Metrics;
}

export function createAskLimit(deps: AskDependencies): AskLimit {
  const asked = new Map<string, Asked>();
  const remember = (userId: string, subject: Subject, answer: AskAnswer): void => {
    const isAbsence = subject === 'missing' && answer === 'absent';
    asked.delete(userId);
    asked.set(userId, { subject, answer, until: deps.clock.now() + (isAbsence ? ABSENCE_MS : ASK_INTERVAL_MS) });
    const [oldest] = asked.keys();
    if (asked.size > REMEMBERED_ANSWERS && oldest !== undefined) asked.delete(oldest);
  };
  const ask = async (userId: string, subject: Subject, signal: AbortSignal): Promise<AskAnswer> => {
    const last = asked.get(userId);
    if (last && deps.clock.now() < last.until) return subject === 'missing' ? last.answer : standing(last);
    // Before the answer: an invocation that is cut off while it waits has asked all the same.
    remember(userId, subject, 'unavailable');
    const { answer, wasAsked } = await askClerk(deps, userId, signal);
    if (wasAsked) remember(userId, subject, answer);
    else asked.delete(userId);
    if (wasAsked && subject === 'missing') deps.metrics.record('AutoSync', 1);
    return answer;
  };
  return {
    aboutMissing: (userId, signal) => ask(userId, 'missing', signal),
    aboutStored: (userId, signal) => ask(userId, 'stored', signal),
  };
}

/** An absence from before she was stored says nothing of her any more. */
function standing({ subject, answer }: Asked): AskAnswer {
  return subject === 'stored' && answer === 'absent' ? 'absent' : 'unavailable';
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
