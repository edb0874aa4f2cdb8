import { describe, expect, it } from 'vitest';
import type { Version } from '../../../shared/domain/version.ts';
import { isFromToken, laterVersion, LOWEST_VERSION, shareCutSecond } from '../../../shared/domain/version.ts';
import { SECOND } from '../../support/domain/builders.ts';

function at(asOf: number, seenAt = 1): Version {
  return { asOf, seenAt };
}

describe('shareCutSecond', () => {
  it.each([
    ['a stamp in seconds and one later in that second', SECOND, SECOND + 1, true],
    ['a stamp in seconds and the last of that second', SECOND, SECOND + 999, true],
    ['a stamp in seconds and the next second', SECOND, SECOND + 1_000, false],
    ['a stamp in seconds and the end of the second before', SECOND, SECOND - 1, false],
    ['two stamps in ms of one second', SECOND + 1, SECOND + 999, false],
    ['one stamp twice, a whole second', SECOND, SECOND, false],
  ])('%s', (_title, a, b, expected) => {
    expect(shareCutSecond(at(a), at(b))).toBe(expected);
    expect(shareCutSecond(at(b), at(a))).toBe(expected);
  });
});

describe('laterVersion', () => {
  it.each([
    ['the higher asOf wins', at(1, 9), at(2, 0), at(2, 0)],
    ['at one asOf the higher seenAt wins', at(1, 4), at(1, 5), at(1, 5)],
    ['of equal ones either', at(1, 4), at(1, 4), at(1, 4)],
  ])('%s', (_title, a, b, expected) => {
    expect(laterVersion(a, b)).toEqual(expected);
    expect(laterVersion(b, a)).toEqual(expected);
  });
});

describe('isFromToken', () => {
  it('tells a token, which does not say when it looked, from a webhook or a read', () => {
    expect(isFromToken(at(SECOND, 0))).toBe(true);
    expect(isFromToken(LOWEST_VERSION)).toBe(true);
    expect(isFromToken(at(SECOND, 1))).toBe(false);
  });
});
