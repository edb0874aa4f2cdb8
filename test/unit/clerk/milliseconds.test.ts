import { describe, expect, it } from 'vitest';
import { exactMilliseconds, toMilliseconds } from '../../../shared/adapters/clerk/milliseconds.ts';

describe('a time of Clerk', () => {
  it.each([
    ['ms', 1_763_100_000_456, 1_763_100_000_456],
    ['seconds', 1_763_100_000, 1_763_100_000_000],
    ['seconds with a fraction', 1_763_100_000.123, 1_763_100_000_123],
    ['ms as text', '1763100000456', 1_763_100_000_456],
    ['seconds as text', '1763100000', 1_763_100_000_000],
    ['seconds as text with a fraction', '1763100000.5', 1_763_100_000_500],
    ['the epoch', 0, 0],
    ['a day in 1970, in ms', 86_400_000, 86_400_000],
    ['the last ms of 13 digits', 9_999_999_999_999, 9_999_999_999_999],
  ])('is read from %s', (_name, value, expected) => {
    expect(toMilliseconds(value)).toBe(expected);
  });

  it.each([
    ['infinity', Number.POSITIVE_INFINITY],
    ['no number', Number.NaN],
    ['a negative number', -1],
    ['microseconds', 1_763_100_000_456_000],
    ['a date in words', '2026-11-14T06:00:00Z'],
    ['a negative text', '-1763100000'],
    ['an exponent', '1e12'],
    ['an empty text', ''],
    ['a text with a blank', ' 1763100000'],
    ['a long text', '9'.repeat(400)],
    ['null', null],
    ['nothing', undefined],
    ['a truth', true],
    ['a list', [1_763_100_000]],
    ['an object', {}],
  ])('is refused for %s', (_name, value) => {
    expect(toMilliseconds(value)).toBeUndefined();
  });

  it('keeps its magnitude where the unit is known', () => {
    expect(exactMilliseconds(1_763_100_000)).toBe(1_763_100_000);
    expect(exactMilliseconds('1763100000')).toBeUndefined();
    expect(exactMilliseconds(-1)).toBeUndefined();
  });
});
