import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SHORTEST_QUESTION_MS } from '../../../functions/authorizer/dependencies.ts';
import { createUserDirectory } from '../../../shared/adapters/clerk/user-directory.ts';
import { withinLimits } from '../../../shared/adapters/clerk/within-limits.ts';
import { createMemoryLog } from '../../../shared/adapters/memory/log.ts';
import { createSimulatedTime } from '../../../shared/adapters/memory/simulated-time.ts';
import { createMemoryUserDirectory } from '../../../shared/adapters/memory/user-directory.ts';
import { systemTimers } from '../../../shared/adapters/system/timers.ts';
import { DirectoryUnavailable } from '../../../shared/ports/user-directory.ts';
import type { UserDirectory } from '../../../shared/ports/user-directory.ts';
import { readUser } from '../../../shared/sync/read-user.ts';
import { directoryUser } from '../../support/functions/parts.ts';
import { clerkError, json, startServer } from './support/http-server.ts';
import type { TestServer } from './support/http-server.ts';

const ID = 'user_one';

/** What the next calls of Clerk fail with, and how many there were. */
let clerk: { failure: Error | undefined; calls: number };
let time: ReturnType<typeof createSimulatedTime>;
let log: ReturnType<typeof createMemoryLog>;
let directory: UserDirectory;

beforeEach(() => {
  time = createSimulatedTime(1_000_000);
  log = createMemoryLog();
  clerk = { failure: undefined, calls: 0 };
  const inner = createMemoryUserDirectory();
  inner.put(directoryUser(ID));
  inner.onCall(() => {
    clerk.calls += 1;
    return clerk.failure;
  });
  directory = withinLimits(inner, { clock: time.clock, log });
});

const down = (facts: { status?: number; retryAfterMs?: number } = {}) => new DirectoryUnavailable('down', facts);

/** Asks Clerk `times` times, one after the other. */
async function ask(times = 1): Promise<string[]> {
  const answers: string[] = [];
  for (let count = 0; count < times; count += 1) {
    const answer = await directory.getUser(ID).catch((error: unknown) => error);
    if (answer instanceof DirectoryUnavailable) answers.push(answer.heldBack ? 'held back' : 'failed');
    else answers.push(answer instanceof Error ? answer.name : 'answered');
  }
  return answers;
}

const repeated = (word: string, times: number) => Array.from({ length: times }, () => word);

describe("the container's bucket", () => {
  it('grants ten calls at once and then one a second', async () => {
    expect(await ask(12)).toEqual([...repeated('answered', 10), 'held back', 'held back']);
    await time.advance(999);
    expect(await ask()).toEqual(['held back']);
    await time.advance(1);
    expect(await ask(2)).toEqual(['answered', 'held back']);
    expect(clerk.calls).toBe(11);
  });

  it('holds no more than ten, however long nobody asked', async () => {
    await time.advance(86_400_000);
    expect(await ask(11)).toEqual([...repeated('answered', 10), 'held back']);
  });

  it('grants nothing for a clock that is set back, and goes on from there', async () => {
    await ask(10);
    time.set(0);
    expect(await ask()).toEqual(['held back']);
    await time.advance(1_000);
    expect(await ask()).toEqual(['answered']);
  });

  it('is one for every kind of call', async () => {
    await ask(6);
    await Promise.all([directory.countUsers(), directory.instanceId(), directory.listUsersById([ID])]);
    await directory.listUsers({ limit: 1 });
    await expect(directory.countUsers()).rejects.toMatchObject({ heldBack: true });
  });

  it('does not take for a failure what it holds back', async () => {
    expect(await ask(30)).toEqual([...repeated('answered', 10), ...repeated('held back', 20)]);
    await time.advance(1_000);
    expect(await ask()).toEqual(['answered']);
    expect(log.lines).toEqual([]);
  });
});

describe('the breaker', () => {
  it.each([
    ['no answer', down()],
    ['a server error', down({ status: 503 })],
    ['a timeout', down({ status: 408 })],
    ['a rate limit', down({ status: 429 })],
    ['a refused key', down({ status: 401 })],
  ])('opens after five failures in a row for %s, and says so in one line', async (_name, failure) => {
    clerk.failure = failure;
    expect(await ask(7)).toEqual([...repeated('failed', 5), 'held back', 'held back']);
    expect(clerk.calls).toBe(5);
    expect(log.lines).toEqual([
      { level: 'warn', message: 'Clerk is not asked for a while', facts: { pauseMs: 5_000 } },
    ]);
  });

  it('starts counting anew with each answer', async () => {
    clerk.failure = down();
    await ask(4);
    clerk.failure = undefined;
    await ask();
    clerk.failure = down();
    expect(await ask(4)).toEqual(repeated('failed', 4));
  });

  it.each([
    ['that there is no such user', undefined],
    ['that the request is wrong', down({ status: 422 })],
    ['something that cannot be read', down({ status: 200 })],
    ['something that breaks our code', new TypeError('not a function')],
  ])('stays closed when Clerk answers %s', async (_name, failure) => {
    clerk.failure = failure;
    for (let round = 0; round < 3; round += 1) {
      await directory.getUser('user_nobody').catch(() => undefined);
      await ask(2);
      await time.advance(5_000);
    }
    clerk.failure = undefined;
    expect(await ask()).toEqual(['answered']);
  });

  it('lets one probe through after the pause, and closes when it is answered', async () => {
    clerk.failure = down();
    await ask(5);
    await time.advance(4_999);
    expect(await ask()).toEqual(['held back']);
    await time.advance(1);
    clerk.failure = undefined;
    const answers = await Promise.allSettled([directory.getUser(ID), directory.getUser(ID)]);
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect(await ask(2)).toEqual(['answered', 'answered']);
  });

  it('doubles the pause with each probe that fails, up to a minute', async () => {
    clerk.failure = down();
    await ask(5);
    const pauses: number[] = [];
    for (const _ of repeated('probe', 6)) {
      const before = time.clock.now();
      while ((await ask())[0] === 'held back') await time.advance(1_000);
      pauses.push(time.clock.now() - before);
    }
    expect(pauses).toEqual([5_000, 10_000, 20_000, 40_000, 60_000, 60_000]);
  });

  it('opens at once when Clerk says when to come again, and asks nothing before', async () => {
    clerk.failure = down({ status: 429, retryAfterMs: 30_000 });
    expect(await ask(2)).toEqual(['failed', 'held back']);
    await time.advance(29_999);
    expect(await ask()).toEqual(['held back']);
    clerk.failure = undefined;
    await time.advance(1);
    expect(await ask(2)).toEqual(['answered', 'answered']);
    expect(clerk.calls).toBe(3);
  });

  it('believes no more than five minutes of what it is told to wait', async () => {
    clerk.failure = down({ status: 503, retryAfterMs: 86_400_000 });
    await ask();
    clerk.failure = undefined;
    await time.advance(299_999);
    expect(await ask()).toEqual(['held back']);
    await time.advance(1);
    expect(await ask()).toEqual(['answered']);
  });

  it('takes it for a failure when Clerk kept a caller waiting until she gave up', async () => {
    const inner = createMemoryUserDirectory();
    inner.onCall(() => {
      time.set(time.clock.now() + SHORTEST_QUESTION_MS);
      return down();
    });
    const limited = withinLimits(inner, { clock: time.clock, log });
    for (let count = 0; count < 5; count += 1) {
      await limited.getUser(ID, { signal: AbortSignal.abort() }).catch(() => undefined);
    }
    await expect(limited.getUser(ID)).rejects.toMatchObject({ heldBack: true });
  });

  it('learns nothing from a caller who gave up, and leaves the probe to the next one', async () => {
    clerk.failure = down();
    for (let count = 0; count < 9; count += 1) {
      await directory.getUser(ID, { signal: AbortSignal.abort() }).catch(() => undefined);
    }
    expect(await ask()).toEqual(['failed']);
    await time.advance(60_000);
    await ask(4);
    await time.advance(5_000);
    await directory.getUser(ID, { signal: AbortSignal.abort() }).catch(() => undefined);
    clerk.failure = undefined;
    expect(await ask()).toEqual(['answered']);
    expect(log.lines).toHaveLength(1);
  });
});

describe('calls that overlap', () => {
  /** A directory whose calls end when the test says how. */
  function pending() {
    const ends: ((failure?: Error) => void)[] = [];
    const getUser = () =>
      new Promise<undefined>((resolve, reject) => {
        ends.push((failure) => (failure ? reject(failure) : resolve(undefined)));
      });
    const unused = () => Promise.reject(new Error('not called'));
    const inner = {
      getUser,
      listUsers: unused,
      listUpdated: unused,
      listUsersById: unused,
      countUsers: unused,
      instanceId: unused,
    };
    return { limited: withinLimits(inner, { clock: time.clock, log }), ends };
  }

  const begin = (limited: UserDirectory, times: number) =>
    Array.from({ length: times }, () => limited.getUser(ID).catch(() => undefined));

  it('do not close the breaker again when a straggler is answered', async () => {
    const { limited, ends } = pending();
    const calls = begin(limited, 6);
    for (const end of ends.slice(0, 5)) end(down({ status: 429, retryAfterMs: 60_000 }));
    await Promise.all(calls.slice(0, 5));
    ends[5]?.();
    await Promise.all(calls);
    await expect(limited.getUser(ID)).rejects.toMatchObject({ heldBack: true });
  });

  it('do not wait for ever for a probe that never ended', async () => {
    const { limited, ends } = pending();
    const calls = begin(limited, 5);
    for (const end of ends) end(down());
    await Promise.all(calls);
    await time.advance(5_000);
    void begin(limited, 1);
    await time.advance(9_999);
    await expect(limited.getUser(ID)).rejects.toMatchObject({ heldBack: true });
    await time.advance(1);
    void begin(limited, 1);
    expect(ends).toHaveLength(7);
    // The lost one fails at last: that is not what the new probe found out.
    ends[5]?.(down());
    ends[6]?.();
    await time.advance(0);
    void begin(limited, 1);
    expect(ends).toHaveLength(8);
  });
});

describe('what is held back', () => {
  it('reads as unavailable, never as absent', async () => {
    clerk.failure = down();
    await ask(5);
    const reader = { directory, clock: time.clock };
    expect(await readUser(reader, 'user_nobody', 'none')).toBe('unavailable');
    clerk.failure = undefined;
    await time.advance(60_000);
    await ask(10);
    expect(await readUser(reader, 'user_nobody', 'none')).toBe('unavailable');
  });
});

describe('behind Clerk over HTTP', () => {
  const servers: TestServer[] = [];
  afterEach(() => Promise.all(servers.splice(0).map((server) => server.close())));

  async function limitedAt(answer: Parameters<typeof startServer>[0]) {
    const server = await startServer(answer);
    servers.push(server);
    const options = {
      secretKey: () => 'sk_test_example0000',
      apiUrl: server.url,
      timers: systemTimers,
      timeoutMs: 150,
    };
    return { limited: withinLimits(createUserDirectory(options), { clock: time.clock, log }), server };
  }

  it('a Retry-After is kept: one request and no more', async () => {
    const { limited, server } = await limitedAt((_, response) =>
      json(response, 429, clerkError('too_many_requests'), { 'retry-after': '7' }),
    );
    await expect(limited.getUser('user_one')).rejects.toMatchObject({ status: 429, retryAfterMs: 7_000 });
    await time.advance(6_999);
    await expect(limited.getUser('user_one')).rejects.toMatchObject({ heldBack: true });
    expect(server.requests).toHaveLength(1);
    await time.advance(1);
    await expect(limited.getUser('user_one')).rejects.toMatchObject({ status: 429 });
    expect(server.requests).toHaveLength(2);
  });

  it('a Clerk that never answers costs five timeouts, and then nothing', async () => {
    const { limited, server } = await limitedAt(() => undefined);
    for (let count = 0; count < 5; count += 1) {
      await expect(limited.getUser('user_one')).rejects.toMatchObject({ heldBack: false });
    }
    for (let count = 0; count < 50; count += 1) {
      await expect(limited.getUser('user_one')).rejects.toMatchObject({ heldBack: true });
    }
    expect(server.requests).toHaveLength(5);
  });
});
