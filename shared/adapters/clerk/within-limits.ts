import type { Log } from '../../ports/log.ts';
import type { Clock } from '../../ports/time.ts';
import type { DirectoryOptions, UserDirectory } from '../../ports/user-directory.ts';
import { DirectoryUnavailable } from '../../ports/user-directory.ts';
import type { CallBucket } from './call-bucket.ts';
import { createCallBucket } from './call-bucket.ts';
import type { CallReport, CircuitBreaker } from './circuit-breaker.ts';
import { createCircuitBreaker } from './circuit-breaker.ts';

/**
 * What one container asks of Clerk at most: ten calls at once, then one a second. Clerk grants an instance 100 calls a second
 * in production and 10 in development, and the application's own calls need them: 25 busy containers take a quarter of the
 * former, one a tenth of the latter.
 */
const USUAL_CALLS: CallLimits = { callsPerSecond: 1, burst: 10 };

export interface CallLimits {
  readonly callsPerSecond: number;
  /** Calls at once, after a quiet time. */
  readonly burst: number;
}

/** A caller who gives up after so long was kept waiting by Clerk; one who gives up earlier had no time to begin with. ms. */
const SLOW_MS = 250;

/**
 * A directory for requests: its calls go through the container's token bucket and its circuit breaker, so that stale tokens
 * neither use up the application's quota at Clerk nor wait for a Clerk that is down.
 *
 * What is held back throws DirectoryUnavailable with `heldBack`, at once and without a call: it says nothing of any user.
 *
 * @param options.allowance for a container whose requests strangers cannot send
 */
export function withinLimits(
  directory: UserDirectory,
  {
    clock,
    log,
    allowance = USUAL_CALLS,
  }: { readonly clock: Clock; readonly log: Log; readonly allowance?: CallLimits },
): UserDirectory {
  const bucket = createCallBucket({ clock, ...allowance });
  const onOpen = (pauseMs: number): void => log.warn('Clerk is not asked for a while', { pauseMs });
  const breaker = createCircuitBreaker({ clock, onOpen });
  const limited = <T>(own: DirectoryOptions | undefined, call: () => Promise<T>): Promise<T> =>
    callWithin({ bucket, breaker, clock }, own, call);
  return {
    getUser: (id, own) => limited(own, () => directory.getUser(id, own)),
    listUsers: (page, own) => limited(own, () => directory.listUsers(page, own)),
    listUpdated: (page, own) => limited(own, () => directory.listUpdated(page, own)),
    listUsersById: (ids, own) => limited(own, () => directory.listUsersById(ids, own)),
    countUsers: (own) => limited(own, () => directory.countUsers(own)),
    instanceId: (own) => limited(own, () => directory.instanceId(own)),
  };
}

interface Limits {
  readonly bucket: CallBucket;
  readonly breaker: CircuitBreaker;
  readonly clock: Clock;
}

async function callWithin<T>(
  { bucket, breaker, clock }: Limits,
  own: DirectoryOptions | undefined,
  call: () => Promise<T>,
): Promise<T> {
  if (breaker.isOpen()) throw heldBack('Clerk has not answered lately');
  if (!bucket.take()) throw heldBack('this container has asked Clerk often enough');
  const report = breaker.begin();
  const startedAt = clock.now();
  try {
    const answer = await call();
    report.answered();
    return answer;
  } catch (error) {
    const isGivenUp = own?.signal?.aborted === true && clock.now() - startedAt < SLOW_MS;
    if (isGivenUp) report.abandoned();
    else tell(report, error);
    throw error;
  }
}

function heldBack(why: string): DirectoryUnavailable {
  return new DirectoryUnavailable(`Clerk was not asked: ${why}.`, { heldBack: true });
}

/** What Clerk refuses is an answer, unless it refuses for its rate limit or for our key: then the next call fares no better. */
function tell(report: CallReport, error: unknown): void {
  if (error instanceof DirectoryUnavailable && isOfNoUse(error.status)) report.failed(error.retryAfterMs);
  else report.answered();
}

function isOfNoUse(status: number | undefined): boolean {
  return status === undefined || status >= 500 || [401, 403, 408, 429].includes(status);
}
