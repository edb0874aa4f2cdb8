import { createHash, timingSafeEqual } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import type { AdminKeys, KeyDependencies } from '../../../functions/admin/authenticate.ts';
import { authenticate, DENIALS, findHash } from '../../../functions/admin/authenticate.ts';
import { createCallBucket } from '../../../shared/adapters/clerk/call-bucket.ts';
import { createMemoryLog } from '../../../shared/adapters/memory/log.ts';
import { createMemoryMetrics } from '../../../shared/adapters/memory/metrics.ts';

const keyOf = (letter: string): string => `cds_${letter.repeat(43)}`;
const hashOf = (key: string): string => createHash('sha256').update(key).digest('hex');
const bytesOf = (key: string): Buffer => Buffer.from(hashOf(key), 'hex');

describe('A key', () => {
  const hashes = ['a', 'b', 'c', 'd'].map((letter) => hashOf(keyOf(letter)));

  it.each(['a', 'b', 'd', 'x'])('is compared with every hash, wherever its own is: %s', (letter) => {
    const compared: [Buffer, Buffer][] = [];
    const found = findHash(bytesOf(keyOf(letter)), hashes, (one, other) => {
      compared.push([one, other]);
      return timingSafeEqual(one, other);
    });
    expect(compared.map(([, other]) => other.toString('hex'))).toEqual(hashes);
    expect(new Set(compared.flatMap((pair) => pair.map(({ length }) => length)))).toEqual(new Set([32]));
    expect(found).toBe(letter === 'x' ? undefined : hashOf(keyOf(letter)));
  });

  it('is compared in constant time unless a test says otherwise', () => {
    // It alone refuses to compare what differs in length.
    expect(() => findHash(Buffer.alloc(31), hashes)).toThrow(RangeError);
  });

  it('fits nothing where no hash is known', () => {
    expect(findHash(bytesOf(keyOf('a')), [])).toBeUndefined();
  });
});

describe('A request', () => {
  let now: number;
  let held: string[];
  let fresh: string[];
  let rereads: number;
  let deps: KeyDependencies & {
    metrics: ReturnType<typeof createMemoryMetrics>;
    log: ReturnType<typeof createMemoryLog>;
  };
  beforeEach(() => {
    now = 0;
    held = [hashOf(keyOf('a')), hashOf(keyOf('b'))];
    fresh = held;
    rereads = 0;
    const keys: AdminKeys = {
      current: async () => held,
      reread: async () => {
        rereads += 1;
        return fresh;
      },
    };
    const clock = { now: () => now };
    deps = {
      keys,
      attempts: createCallBucket({ clock, ...DENIALS }),
      metrics: createMemoryMetrics(),
      log: createMemoryLog(),
    };
  });
  const ask = (authorization: string | undefined, name = 'authorization') =>
    authenticate({ [name]: authorization }, deps);

  it.each([
    ['authorization', `Bearer ${keyOf('a')}`],
    ['authorization', `Bearer ${keyOf('b')}`],
    ['Authorization', `bearer ${keyOf('b')}`],
  ])('with a valid key is let in, and the key is named by 12 digits of its hash: %s: %s', async (name, value) => {
    const keyId = hashOf(keyOf(value.slice(-1))).slice(0, 12);
    expect(await ask(value, name)).toEqual({ ok: true, keyId });
    expect(rereads).toBe(0);
  });

  it.each([
    [undefined, 'missing-key'],
    ['', 'missing-key'],
    ['Bearer', 'missing-key'],
    ['Bearer ', 'missing-key'],
    [keyOf('a'), 'missing-key'],
    [`Basic ${keyOf('a')}`, 'missing-key'],
    [`Bearer ${keyOf('a')} ${keyOf('a')}`, 'missing-key'],
    [`Bearer ${keyOf('a')},${keyOf('b')}`, 'missing-key'],
    ['Bearer cds_short', 'missing-key'],
    [`Bearer ${'a'.repeat(43)}`, 'missing-key'],
    [`Bearer cds_${'a'.repeat(100_000)}`, 'missing-key'],
    [`Bearer ${keyOf('x')}`, 'wrong-key'],
    [`Bearer ${keyOf('A')}`, 'wrong-key'],
    [`Bearer ${keyOf('a')}a`, 'wrong-key'],
    [`Bearer ${hashOf(keyOf('a'))}`, 'missing-key'],
  ])('without one is not, and is counted: %s', async (value, reason) => {
    expect(await ask(value)).toEqual({ ok: false, refusal: 'unauthorized' });
    expect(deps.metrics.recorded()).toMatchObject([{ name: 'AdminDenied', dimensions: { Reason: reason } }]);
    expect(deps.log.lines).toEqual([{ level: 'warn', message: 'admin request denied', facts: { reason } }]);
  });

  it('is not let in by a password whose hash somebody has put in', async () => {
    held = fresh = [hashOf('hunter2')];
    expect(await ask('Bearer hunter2')).toEqual({ ok: false, refusal: 'unauthorized' });
  });

  it('is never let in where no key is configured', async () => {
    held = fresh = [];
    expect(await ask(`Bearer ${keyOf('a')}`)).toEqual({ ok: false, refusal: 'unauthorized' });
  });

  it('with a key that has been added since is let in, and one that was taken out is not, without a deploy', async () => {
    fresh = [hashOf(keyOf('c'))];
    expect(await ask(`Bearer ${keyOf('c')}`)).toMatchObject({ ok: true });
    held = fresh;
    expect(await ask(`Bearer ${keyOf('a')}`)).toMatchObject({ ok: false });
  });

  it('is an error, and not let in, while nobody knows which keys are valid', async () => {
    const keys = { current: () => Promise.reject(new Error('away')), reread: () => Promise.reject(new Error('away')) };
    await expect(authenticate({ authorization: `Bearer ${keyOf('a')}` }, { ...deps, keys })).rejects.toThrow('away');
  });

  it('with a wrong key is throttled after ten, is counted still, and says no more in the log', async () => {
    const refusals: unknown[] = [];
    for (let n = 0; n < 20; n += 1) refusals.push(await ask(`Bearer ${keyOf('x')}`));
    expect(refusals.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => ({ ok: false, refusal: 'unauthorized' })));
    expect(refusals.slice(10)).toEqual(Array.from({ length: 10 }, () => ({ ok: false, refusal: 'too_many_attempts' })));
    expect(deps.metrics.sum('AdminDenied')).toBe(20);
    expect(deps.metrics.sum('AdminDenied', { Reason: 'throttled' })).toBe(10);
    expect(deps.log.lines).toHaveLength(10);
    expect(await ask(`Bearer ${keyOf('a')}`)).toMatchObject({ ok: true });
    now += 6_000;
    expect(await ask(undefined)).toEqual({ ok: false, refusal: 'unauthorized' });
    expect(await ask(undefined)).toEqual({ ok: false, refusal: 'too_many_attempts' });
  });
});
