import { describe, expect, it } from 'vitest';
import { withRetries } from '../../../shared/adapters/clerk/with-retries.ts';
import { createSimulatedTime } from '../../../shared/adapters/memory/simulated-time.ts';
import { createMemoryUserDirectory } from '../../../shared/adapters/memory/user-directory.ts';
import { CursorRefused, DirectoryUnavailable } from '../../../shared/ports/user-directory.ts';

/** A directory whose first calls fail with the given errors, behind retries on simulated time. */
function failing(errors: readonly Error[], options: { random?: number; maxWaitMs?: number } = {}) {
  const time = createSimulatedTime(1_000_000);
  const inner = createMemoryUserDirectory({ instanceId: 'ins_example' });
  const attempts: number[] = [];
  inner.onCall(() => {
    attempts.push(time.clock.now() - 1_000_000);
    return errors[attempts.length - 1];
  });
  const directory = withRetries(inner, {
    timers: time.timers,
    clock: time.clock,
    random: { next: () => options.random ?? 0.5, id: () => 'id' },
    maxWaitMs: options.maxWaitMs ?? 60_000,
  });
  return { directory, time, attempts };
}

async function settle<T>(promise: Promise<T>, time: { advance(ms: number): Promise<void> }): Promise<T | Error> {
  const outcome = promise.catch((error: unknown) => error as Error);
  await time.advance(600_000);
  return outcome;
}

const unavailable = (facts: { status?: number; retryAfterMs?: number } = {}) => new DirectoryUnavailable('down', facts);

describe('a directory with retries', () => {
  it('asks again after pauses that grow, and hands on the answer', async () => {
    const { directory, time, attempts } = failing([
      unavailable(),
      unavailable({ status: 503 }),
      unavailable({ status: 200 }),
    ]);
    expect(await settle(directory.instanceId(), time)).toBe('ins_example');
    expect(attempts).toEqual([0, 125, 375, 875]);
  });

  it('waits as long as Clerk asks for and a little more, so that not all come back at once', async () => {
    const { directory, time, attempts } = failing([unavailable({ status: 429, retryAfterMs: 7_000 })]);
    expect(await settle(directory.countUsers(), time)).toBe(0);
    expect(attempts).toEqual([0, 7_125]);
  });

  it('gives up with the last failure when its time would be over', async () => {
    const last = unavailable({ status: 500 });
    const errors = [unavailable(), unavailable(), ...Array.from({ length: 50 }, () => last)];
    const { directory, time, attempts } = failing(errors, { random: 0.9, maxWaitMs: 2_000 });
    expect(await settle(directory.getUser('user_a'), time)).toBe(last);
    expect(attempts.length).toBeGreaterThan(2);
    expect(Math.max(...attempts)).toBeLessThanOrEqual(2_000);
  });

  it('gives up at once when Clerk asks for more time than there is', async () => {
    const { directory, time, attempts } = failing([unavailable({ status: 429, retryAfterMs: 3_600_000 })]);
    expect(await settle(directory.listUsersById(['user_a']), time)).toMatchObject({ status: 429 });
    expect(attempts).toEqual([0]);
  });

  it.each([
    ['a refused key', unavailable({ status: 401 })],
    ['a refused request', unavailable({ status: 422 })],
    ['a refused cursor', new CursorRefused('gone')],
    ['a mistake', new RangeError('limit')],
  ])('does not ask again after %s', async (_name, error) => {
    const { directory, time, attempts } = failing([error]);
    expect(await settle(directory.listUsers({ limit: 10 }), time)).toBe(error);
    expect(attempts).toEqual([0]);
  });

  it('stops waiting when the caller gives up, with the failure that made it wait', async () => {
    const failure = unavailable();
    const { directory, time, attempts } = failing([failure, failure, failure]);
    const controller = new AbortController();
    const outcome = directory.instanceId({ signal: controller.signal }).catch((error: unknown) => error);
    await time.advance(130);
    controller.abort();
    expect(await outcome).toBe(failure);
    expect(attempts).toHaveLength(2);
    expect(time.pending()).toBe(0);
  });
});
