import { describe, expect, it } from 'vitest';
import { parseSince } from '../../scripts/sync/since.ts';

const NOW = Date.UTC(2026, 10, 25, 12);

describe('the time that --since takes', () => {
  it.each([
    ['90m', NOW - 5_400_000],
    ['2h', NOW - 7_200_000],
    ['3d', NOW - 259_200_000],
    ['0m', NOW],
    ['2001-09-10', Date.UTC(2001, 8, 10)],
    ['2024-02-29', Date.UTC(2024, 1, 29)],
    ['2026-11-24T23:30-01:00', Date.UTC(2026, 10, 25, 0, 30)],
    ['2026-11-25', Date.UTC(2026, 10, 25)],
    ['2026-11-25T08:00Z', Date.UTC(2026, 10, 25, 8)],
    ['2026-11-25T08:00:01.5+01:00', Date.UTC(2026, 10, 25, 7, 0, 1, 500)],
  ])('may be %s', (text, expected) => {
    expect(parseSince(text, NOW)).toBe(expected);
  });

  it.each(['2026-02-30', '2026-02-29T08:00Z', '2026-04-31T00:00+02:00', '2026-02-00'])(
    'is not %s, a day that there is not',
    (text) => {
      expect(parseSince(text, NOW)).toBeUndefined();
    },
  );

  it.each(['1969-12-31', '1999-12-31T23:59Z', '9999d', '99999d', '0000-01-01'])(
    'is not %s, when no user was',
    (text) => {
      expect(parseSince(text, NOW)).toBeUndefined();
    },
  );

  it.each(['', 'h', '2', '2 h', '-2h', '1.5h', '2w', '2026-11-25T08:00', '2026-02-30x', '2026-13-01', '2026-11-26'])(
    'is not "%s": without a zone, to come, or no time at all',
    (text) => {
      expect(parseSince(text, NOW)).toBeUndefined();
    },
  );
});
