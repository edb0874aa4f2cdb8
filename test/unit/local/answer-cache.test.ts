import { describe, expect, it } from 'vitest';
import { AnswerCache } from '../../../infra/local/cloud/http-api/answer-cache.ts';

function cacheOf(ttlMs: number) {
  let now = 1_000;
  const cache = new AnswerCache(ttlMs, () => now);
  return { cache, pass: (ms: number) => (now += ms) };
}

describe("An authorizer's answers", () => {
  it('are kept as long as the API says, and not a moment longer', () => {
    const { cache, pass } = cacheOf(30_000);
    cache.put('a', 'let in');
    pass(29_999);
    expect(cache.get('a')).toMatchObject({ answer: 'let in' });
    pass(1);
    expect(cache.get('a')).toBeUndefined();
  });

  it('are not kept where the API says so', () => {
    const { cache } = cacheOf(0);
    cache.put('a', 'let in');
    expect([cache.get('a'), cache.size]).toEqual([undefined, 0]);
  });

  it('take no room once nobody may use them any more', () => {
    const { cache, pass } = cacheOf(30_000);
    for (let n = 0; n < 500; n += 1) {
      cache.put(`token ${n}`, 'let in');
      pass(1_000);
    }
    expect(cache.size).toBeLessThanOrEqual(31);
  });

  it('are the latest, where the same is asked about again', () => {
    const { cache, pass } = cacheOf(30_000);
    cache.put('a', 'let in');
    pass(20_000);
    cache.put('b', 'let in');
    cache.put('a', 'refused');
    pass(15_000);
    cache.put('c', 'let in');
    expect([cache.get('a'), cache.size]).toEqual([expect.objectContaining({ answer: 'refused' }), 3]);
  });

  it('are ten thousand at most, the oldest forgotten first', () => {
    const { cache } = cacheOf(30_000);
    for (let n = 0; n < 10_001; n += 1) cache.put(`token ${n}`, 'let in');
    expect([cache.size, cache.get('token 0'), cache.get('token 1')]).toEqual([
      10_000,
      undefined,
      expect.objectContaining({ answer: 'let in' }),
    ]);
  });
});
