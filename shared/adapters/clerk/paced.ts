import type { Clock, Timers } from '../../ports/time.ts';
import type { DirectoryOptions, UserDirectory } from '../../ports/user-directory.ts';
import { DirectoryUnavailable } from '../../ports/user-directory.ts';
import type { CallPace } from './call-pace.ts';
import { createCallPace, PaceClosed } from './call-pace.ts';

export interface PaceOptions {
  readonly clock: Clock;
  readonly timers: Timers;
  /** Asked before every call: the secret key, and with it what Clerk allows, may change during a run. */
  readonly callsPerSecond: () => Promise<number> | number;
  /** When Clerk asks for a longer pause than this, ms, every call fails with what it asked for, instead of waiting. */
  readonly longestPauseMs?: number;
}

/**
 * A directory whose calls wait until they are allowed, for the paths where nobody waits for an answer: the application's own
 * calls need what Clerk allows, too. When Clerk asks one call to wait, all of them do. Every attempt counts: it belongs
 * beneath `withRetries`.
 */
export function paced(directory: UserDirectory, { callsPerSecond, ...time }: PaceOptions): UserDirectory {
  const pace = createCallPace(time);
  const inTurn = async <T>(own: DirectoryOptions | undefined, call: () => Promise<T>): Promise<T> => {
    await turn(pace, await callsPerSecond(), own);
    try {
      return await call();
    } catch (error) {
      if (isRateLimit(error)) pace.closeFor(error.retryAfterMs ?? 0);
      throw error;
    }
  };
  return {
    getUser: (id, own) => inTurn(own, () => directory.getUser(id, own)),
    listUsers: (page, own) => inTurn(own, () => directory.listUsers(page, own)),
    listUpdated: (page, own) => inTurn(own, () => directory.listUpdated(page, own)),
    listUsersById: (ids, own) => inTurn(own, () => directory.listUsersById(ids, own)),
    countUsers: (own) => inTurn(own, () => directory.countUsers(own)),
    instanceId: (own) => inTurn(own, () => directory.instanceId(own)),
  };
}

/** Whoever gives up has not asked Clerk, and is told what every caller of a directory is told. */
async function turn(pace: CallPace, callsPerSecond: number, own: DirectoryOptions | undefined): Promise<void> {
  try {
    await pace.turn(callsPerSecond, own?.signal);
  } catch (cause) {
    if (cause instanceof PaceClosed) {
      const asked = { status: 429, retryAfterMs: cause.forMs, heldBack: true, cause };
      throw new DirectoryUnavailable(`Clerk's rate limit is used up (status 429). ${cause.message}`, asked);
    }
    throw new DirectoryUnavailable('The caller gave up before Clerk was to be asked.', { heldBack: true, cause });
  }
}

function isRateLimit(error: unknown): error is DirectoryUnavailable {
  return error instanceof DirectoryUnavailable && error.status === 429;
}
