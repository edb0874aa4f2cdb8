import type { Random } from '../../ports/random.ts';
import type { Clock, Timers } from '../../ports/time.ts';
import type { DirectoryOptions, UserDirectory } from '../../ports/user-directory.ts';
import { DirectoryUnavailable } from '../../ports/user-directory.ts';

export interface RetryOptions {
  readonly timers: Timers;
  readonly random: Random;
  readonly clock: Clock;
  /** From the first attempt at a call, no attempt begins after this time, ms. */
  readonly maxWaitMs: number;
}

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 30_000;

/**
 * A directory that asks again while Clerk is unavailable: after the time that Clerk asked for, otherwise after a random time
 * below a doubling bound. For the paths where nobody waits; a request asks once.
 *
 * What another attempt cannot help is not repeated: a refused key or request, a refused cursor, a caller who has given up.
 */
export function withRetries(directory: UserDirectory, options: RetryOptions): UserDirectory {
  return {
    getUser: (id, own) => retry(options, own, () => directory.getUser(id, own)),
    listUsers: (page, own) => retry(options, own, () => directory.listUsers(page, own)),
    listUpdated: (page, own) => retry(options, own, () => directory.listUpdated(page, own)),
    listUsersById: (ids, own) => retry(options, own, () => directory.listUsersById(ids, own)),
    countUsers: (own) => retry(options, own, () => directory.countUsers(own)),
    instanceId: (own) => retry(options, own, () => directory.instanceId(own)),
  };
}

async function retry<T>(options: RetryOptions, own: DirectoryOptions | undefined, call: () => Promise<T>): Promise<T> {
  const giveUpAt = options.clock.now() + options.maxWaitMs;
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await call();
    } catch (error) {
      if (!isPassing(error) || own?.signal?.aborted) throw error;
      const pauseMs = pauseAfter(error, attempt, options.random);
      if (options.clock.now() + pauseMs > giveUpAt) throw error;
      await pause(options.timers, pauseMs, own, error);
    }
  }
}

/** A status of 200 is an answer that broke off or could not be read, none at all a failed connection or a time limit. */
function isPassing(error: unknown): error is DirectoryUnavailable {
  if (!(error instanceof DirectoryUnavailable)) return false;
  const { status } = error;
  return status === undefined || status < 400 || status === 408 || status === 429 || status >= 500;
}

/** Never earlier than Clerk asked for, and not at the same moment as all others who were asked to wait. */
function pauseAfter({ retryAfterMs }: DirectoryUnavailable, attempt: number, random: Random): number {
  if (retryAfterMs !== undefined) return retryAfterMs + random.next() * FIRST_PAUSE_MS;
  return random.next() * Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(attempt, 10));
}

/** A caller who gives up while we wait gets the failure that made us wait. */
async function pause(
  timers: Timers,
  ms: number,
  own: DirectoryOptions | undefined,
  failure: DirectoryUnavailable,
): Promise<void> {
  try {
    await timers.sleep(ms, own?.signal);
  } catch {
    throw failure;
  }
}
