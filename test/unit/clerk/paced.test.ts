import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clerkCallsPerSecond, clerkPace } from '../../../shared/adapters/clerk/call-allowance.ts';
import { paced } from '../../../shared/adapters/clerk/paced.ts';
import { withRetries } from '../../../shared/adapters/clerk/with-retries.ts';
import { createSimulatedTime } from '../../../shared/adapters/memory/simulated-time.ts';
import { createMemoryUserDirectory } from '../../../shared/adapters/memory/user-directory.ts';
import { DirectoryUnavailable } from '../../../shared/ports/user-directory.ts';

const START = 1_000_000;

/** A directory at a pace on simulated time, and when each call of it was made, ms after the beginning. */
function world(callsPerSecond: number | (() => Promise<number> | number), longestPauseMs?: number) {
  const time = createSimulatedTime(START);
  const inner = createMemoryUserDirectory({ instanceId: 'ins_example' });
  const made: number[] = [];
  const asked: unknown[] = [];
  let fault: (call: number) => Error | undefined = () => undefined;
  inner.onCall(({ argument }) => {
    made.push(time.clock.now() - START);
    asked.push(argument);
    return fault(made.length);
  });
  const rate = typeof callsPerSecond === 'number' ? () => callsPerSecond : callsPerSecond;
  const directory = paced(inner, {
    ...time,
    callsPerSecond: rate,
    ...(longestPauseMs !== undefined && { longestPauseMs }),
  });
  return {
    time,
    directory,
    made,
    asked,
    failWith: (next: typeof fault) => {
      fault = next;
    },
  };
}

type World = ReturnType<typeof world>;

/** Asks for users 0 to `count - 1` at the same moment; answers what came of each. */
function askAtOnce({ directory }: World, count: number): Promise<PromiseSettledResult<unknown>[]> {
  return Promise.allSettled(Array.from({ length: count }, (_, n) => directory.getUser(`user_${n}`)));
}

const slowDown = (retryAfterMs?: number) =>
  new DirectoryUnavailable('Slow down.', { status: 429, ...(retryAfterMs !== undefined && { retryAfterMs }) });

/** The most calls in any ten seconds, wherever they begin. */
function mostInTenSeconds(made: readonly number[]): number {
  return Math.max(0, ...made.map((start) => made.filter((at) => at >= start && at < start + 10_000).length));
}

describe('calls at a pace', () => {
  it('are made at once as long as a second allows, and then as they are allowed', async () => {
    const paced = world(5);
    const all = askAtOnce(paced, 10);
    await paced.time.advance(60_000);
    await all;
    expect(paced.made.slice(0, 5)).toEqual([0, 0, 0, 0, 0]);
    const gaps = paced.made.slice(5).map((at, n) => at - (paced.made[n + 4] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(217);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(219);
  });

  it('come in the order in which they were asked for, none waiting for ever', async () => {
    const paced = world(2);
    const all = askAtOnce(paced, 40);
    await paced.time.advance(60_000);
    await all;
    expect(paced.asked).toEqual(Array.from({ length: 40 }, (_, n) => `user_${n}`));
  });

  it('are never more than allowed in ten seconds, whenever they are asked for', async () => {
    const bursts = fc.array(fc.record({ afterMs: fc.nat(6_000), calls: fc.nat(60) }), { minLength: 1, maxLength: 8 });
    const property = fc.asyncProperty(bursts, fc.constantFrom(0.5, 1, 2.5, 5, 10), async (asked, rate) => {
      const paced = world(rate);
      const all: Promise<unknown>[] = [];
      for (const { afterMs, calls } of asked) {
        await paced.time.advance(afterMs);
        all.push(askAtOnce(paced, calls));
      }
      await paced.time.advance(2_000_000);
      await Promise.all(all);
      expect(mostInTenSeconds(paced.made)).toBeLessThanOrEqual(rate * 10);
      expect(paced.made).toHaveLength(asked.reduce((sum, { calls }) => sum + calls, 0));
    });
    await fc.assert(property, { numRuns: 60 });
  });

  it('reach nine tenths of what is allowed, and save up no more than a second', async () => {
    const paced = world(10);
    await paced.time.advance(3_600_000);
    const all = askAtOnce(paced, 300);
    await paced.time.advance(100_000);
    await all;
    const lastMs = (paced.made.at(-1) ?? 0) - 3_600_000;
    expect(300 / (lastMs / 1_000)).toBeGreaterThan(9);
    expect(300 / (lastMs / 1_000)).toBeLessThan(10);
  });

  it('are not made faster by a clock that is set back', async () => {
    const paced = world(1);
    const all = askAtOnce(paced, 3);
    await paced.time.advance(500);
    paced.time.set(START - 3_600_000);
    expect(paced.made).toHaveLength(1);
    await paced.time.advance(4_000_000);
    await all;
    expect(paced.made).toHaveLength(3);
  });

  it('are every kind of call', async () => {
    const { directory, time, made } = world(1);
    const all = Promise.allSettled([
      directory.instanceId(),
      directory.countUsers(),
      directory.listUsers({ limit: 1 }),
      directory.listUsersById([]),
      directory.getUser('user_a'),
    ]);
    await time.advance(60_000);
    await all;
    expect(made).toEqual([0, 1_000, 2_000, 3_000, 4_000]);
  });

  it('that are repeated wait for their turn again', async () => {
    const { directory, time, made, failWith } = world(1);
    failWith((call) => (call < 4 ? new DirectoryUnavailable('down') : undefined));
    const random = { next: () => 0.008, id: () => 'id' };
    const answer = withRetries(directory, { ...time, random, maxWaitMs: 60_000 }).instanceId();
    await time.advance(60_000);
    expect(await answer).toBe('ins_example');
    expect(made).toEqual([0, 1_000, 2_000, 3_000]);
  });
});

describe('Clerk asking one call to wait', () => {
  it('makes all of them wait that long, and no longer than the longest', async () => {
    const paced = world(10);
    paced.failWith((call) => (call === 1 ? slowDown(7_000) : call === 2 ? slowDown(3_000) : undefined));
    await Promise.allSettled([paced.directory.countUsers(), paced.directory.countUsers()]);
    const all = askAtOnce(paced, 12);
    await paced.time.advance(6_999);
    expect(paced.made).toHaveLength(2);
    await paced.time.advance(30_000);
    await all;
    expect(paced.made[2]).toBe(7_000);
    expect(mostInTenSeconds(paced.made)).toBeLessThanOrEqual(100);
  });

  it('for longer than anybody can wait is told to all, those who wait for their turn already included', async () => {
    const paced = world(1, 15_000);
    const random = { next: () => 0, id: () => 'id' };
    const directory = withRetries(paced.directory, { ...paced.time, random, maxWaitMs: 15_000 });
    paced.failWith((call) => (call === 1 ? slowDown(600_000) : undefined));
    const told = Promise.allSettled([directory.countUsers(), directory.countUsers(), directory.countUsers()]);
    await paced.time.advance(15_000);
    expect((await told).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    await expect(directory.countUsers()).rejects.toMatchObject({ status: 429, retryAfterMs: 585_000, heldBack: true });
    expect(paced.made).toEqual([0]);
    await paced.time.advance(585_000);
    expect(await directory.countUsers()).toBe(0);
  });

  it('hands its error on at once: whoever repeats the call waits for all', async () => {
    const paced = world(10);
    const refusal = slowDown(5_000);
    paced.failWith((call) => (call === 1 ? refusal : undefined));
    await expect(paced.directory.countUsers()).rejects.toBe(refusal);
    expect(paced.time.clock.now()).toBe(START);
  });

  it.each([
    ['without saying how long', slowDown()],
    ['for a reason that is not the rate', new DirectoryUnavailable('down', { status: 503, retryAfterMs: 60_000 })],
  ])('%s makes nobody else wait', async (_, error) => {
    const paced = world(10);
    paced.failWith((call) => (call === 1 ? error : undefined));
    await expect(paced.directory.countUsers()).rejects.toBe(error);
    expect(await paced.directory.countUsers()).toBe(0);
    expect(paced.made).toEqual([0, 0]);
  });
});

describe('a caller who gives up', () => {
  it('is told so at once, asks nothing, and lets the others pass', async () => {
    const paced = world(1);
    const stop = new AbortController();
    const first = paced.directory.getUser('user_0');
    const given = [1, 2, 3].map((n) => paced.directory.getUser(`user_${n}`, { signal: stop.signal }).catch(String));
    const last = paced.directory.getUser('user_4');
    await paced.time.advance(100);
    stop.abort(new Error('stopped'));
    const told = await Promise.all(given);
    expect(new Set(told)).toEqual(new Set(['DirectoryUnavailable: The caller gave up before Clerk was to be asked.']));
    await paced.time.advance(10_000);
    await Promise.all([first, last]);
    expect(paced.asked).toEqual(['user_0', 'user_4']);
    expect(paced.made).toEqual([0, 1_000]);
  });

  it('before the call never enters the queue', async () => {
    const paced = world(1);
    const asked = paced.directory.countUsers({ signal: AbortSignal.abort() });
    await expect(asked).rejects.toMatchObject({ code: 'directory_unavailable', heldBack: true });
    expect(await paced.directory.countUsers()).toBe(0);
    expect(paced.made).toEqual([0]);
  });

  it('while Clerk has asked all to wait does not wait for that', async () => {
    const paced = world(10);
    paced.failWith((call) => (call === 1 ? slowDown(60_000) : undefined));
    await paced.directory.countUsers().catch(() => undefined);
    const stop = new AbortController();
    const told = paced.directory.countUsers({ signal: stop.signal }).catch((error: unknown) => error);
    await paced.time.advance(10);
    stop.abort();
    expect(await told).toBeInstanceOf(DirectoryUnavailable);
    expect(paced.time.pending()).toBe(0);
  });
});

describe('what Clerk allows', () => {
  it.each([
    ['sk_live_example', 1, 100],
    ['sk_live_example', 0.5, 50],
    ['sk_test_example', 0.5, 5],
    ['something else', 1, 10],
    ['', 0.05, 0.5],
  ])('is known by the key: for %j and a share of %d it is %d calls a second', (key, share, expected) => {
    expect(clerkCallsPerSecond(key, share)).toBeCloseTo(expected);
  });

  it('follows a key that is rotated, and is little while there is none', async () => {
    const keys = ['sk_test_a', 'sk_live_b'];
    const pace = clerkPace(() => keys.shift() ?? Promise.reject(new Error('The secret cannot be read.')), 0.5);
    expect([await pace(), await pace(), await pace()]).toEqual([5, 50, 5]);
  });

  it('is used from the next call on', async () => {
    let rate = 1;
    const paced = world(() => rate);
    const first = askAtOnce(paced, 2);
    await paced.time.advance(1_000);
    await first;
    rate = 10;
    const second = askAtOnce(paced, 8);
    await paced.time.advance(1_000);
    await second;
    expect(paced.made).toHaveLength(10);
  });
});
