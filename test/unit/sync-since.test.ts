import { describe, expect, it } from 'vitest';
import { parseSince } from '../../scripts/sync/since.ts';

const NOW = Date.UTC(2026, 10, 25, 12);

describe('the time that --since takes', () => {
  it.each([
    ['90m', NOW - 5_400_000],
    ['2h', NOW - 7_200_000],
    ['3d', NOW - 259_200_000],
    ['0m', NOW],
    ['2026-11-25', Date.UTC(2026, 10, 25)],
    ['2026-11-25T08:00Z', Date.UTC(2026, 10, 25, 8)],
    ['2026-11-25T08:00:01.5+01:00', Date.UTC(2026, 10, 25, 7, 0, 1, 500)],
  ])('may be %s', (text, expected) => {
    expect(parseSince(text, NOW)).toBe(expected);
  });

  it.each(['', 'h', '2', '2 h', '-2h', '1.5h', '2w', '2026-11-25T08:00', '2026-02-30x', '2026-13-01', '2026-11-26'])(
    'is not "%s": without a zone, to come, or no time at all',
    (text) => {
      expect(parseSince(text, NOW)).toBeUndefined();
    },
  );
});
