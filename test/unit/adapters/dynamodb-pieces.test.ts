import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { monthGroups, sortKey } from '../../../shared/adapters/dynamodb/creation-index.ts';
import { expiryAfter, isExpired } from '../../../shared/adapters/dynamodb/expiry.ts';
import { itemSize, utf8Length } from '../../../shared/adapters/dynamodb/item-size.ts';
import { partsOf } from '../../../shared/adapters/dynamodb/suspect-pieces.ts';

describe('the months of the index', () => {
  it('run from the month of the first time to the one after now', () => {
    const groups = monthGroups(Date.UTC(2025, 10, 30, 23, 59, 59, 999), Date.UTC(2026, 0, 1));
    expect(groups).toEqual(['created#2025-11', 'created#2025-12', 'created#2026-01', 'created#2026-02']);
  });

  it('begin in 1970 and cross every year', () => {
    const groups = monthGroups(-5, Date.UTC(2026, 11, 31));
    expect(groups).toHaveLength(57 * 12 + 1);
    expect([groups[0], groups.at(-1)]).toEqual(['created#1970-01', 'created#2027-01']);
    expect(groups.toSorted((a, b) => (a < b ? -1 : 1))).toEqual(groups);
  });

  it('are one when the first time is next month, and none after it', () => {
    expect(monthGroups(Date.UTC(2026, 3, 30), Date.UTC(2026, 2, 1))).toEqual(['created#2026-04']);
    expect(monthGroups(Date.UTC(2026, 4, 1), Date.UTC(2026, 2, 1))).toEqual([]);
    expect(monthGroups(Number.MAX_SAFE_INTEGER, Date.UTC(2026, 2, 1))).toEqual([]);
  });
});

describe('a sort key', () => {
  it('sorts as the time does, and within one time as the id does', () => {
    const time = fc.integer({ min: 0, max: 9_999_999_999_999 });
    const id = fc.stringMatching(/^user_[0-9A-Za-z]{0,8}$/);
    fc.assert(
      fc.property(time, time, id, id, (a, b, idA, idB) => {
        const byText = sortKey(a, idA) < sortKey(b, idB);
        expect(byText).toBe(a === b ? idA < idB : a < b);
      }),
    );
  });
});

describe('a time to live', () => {
  it('is over at its very second', () => {
    const now = Date.UTC(2026, 2, 15, 12, 0, 0, 500);
    const expiresAt = expiryAfter(now, 1);
    expect(isExpired(expiresAt, now + 86_400_000 - 501)).toBe(false);
    expect(isExpired(expiresAt, now + 86_400_000 - 500)).toBe(true);
    expect(isExpired(undefined, Number.MAX_SAFE_INTEGER)).toBe(false);
  });
});

describe('the size of an item', () => {
  it('follows the rules of DynamoDB for what has one size only', () => {
    expect(itemSize({ id: 'abc' })).toBe(5);
    expect(itemSize({ flag: true, nil: null })).toBe(5 + 4);
    expect(itemSize({ é: '👩' })).toBe(2 + 4);
    expect(itemSize({ l: ['xy', 'z'] })).toBe(1 + 3 + 3 + 2);
    expect(itemSize({ m: { key: 'v' } })).toBe(1 + 3 + 3 + 1 + 1);
    expect(itemSize({ gone: undefined })).toBe(0);
  });

  it('never takes a number for smaller than DynamoDB does', () => {
    // Half a byte a significant digit, one byte for the exponent and one for a sign.
    for (const value of [0, 1, -1, 12_345, Number.MAX_SAFE_INTEGER, 1 / 3, -1.5e-130, 0.123_456_789_012_345_68]) {
      const digits = String(Math.abs(value)).replace(/e.*$/, '').replace('.', '').replace(/^0+/, '').length;
      expect(itemSize({ n: value })).toBeGreaterThanOrEqual(1 + Math.ceil(digits / 2) + 1 + (value < 0 ? 1 : 0));
    }
  });
});

describe('the parts of a piece', () => {
  it('hold every id once, in order, none over the limit and none empty', () => {
    const ids = fc.array(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }), { maxLength: 60 });
    fc.assert(
      fc.property(ids, fc.integer({ min: 100, max: 400 }), (userIds, largest) => {
        const parts = partsOf(userIds, largest);
        expect(parts.flat()).toEqual(userIds);
        expect(parts.filter((part) => part.length === 0)).toEqual([]);
        const bytes = (part: readonly string[]): number => part.reduce((sum, id) => sum + utf8Length(id) + 1, 0);
        // An id that is over the limit by itself has a part of its own.
        expect(parts.filter((part) => part.length > 1 && bytes(part) > largest)).toEqual([]);
      }),
    );
  });

  it('are one while they fit, and none for nobody', () => {
    expect(partsOf(['user_a', 'user_b'])).toEqual([['user_a', 'user_b']]);
    expect(partsOf([])).toEqual([]);
    expect(partsOf(['aaaa', 'bbbb', 'cccc'], 10)).toEqual([['aaaa', 'bbbb'], ['cccc']]);
  });
});
