import { describe, expect, it } from 'vitest';
import { createSystemRandom } from '../../../shared/adapters/system/random.ts';

const NOW = Date.UTC(2026, 2, 15, 12);

describe('system randomness', () => {
  it('is uniform in [0, 1)', () => {
    const random = createSystemRandom();
    const values = Array.from({ length: 10_000 }, () => random.next());
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values)).toBeLessThan(1);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    // The standard error of the mean is 0.0029: ten of them.
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.03);
  });

  it('makes ids of 26 characters that sort by the time they were made', () => {
    let now = NOW;
    const random = createSystemRandom({ clock: { now: () => now } });
    const ids: string[] = [];
    for (const step of [0, 1, 1, 999, 86_400_000, 10 ** 11]) {
      now += step;
      ids.push(random.id());
    }
    for (const id of ids) expect(id).toMatch(/^[0-7][0-9a-hjkmnp-tv-z]{25}$/);
    expect(sorted(ids)).toEqual(ids);
  });

  it('spells the time as a ULID does', () => {
    const random = createSystemRandom({ clock: { now: () => 1_469_918_176_385 } });
    // The example of the ULID specification: 01ARYZ6S41 is this time.
    expect(random.id().slice(0, 10)).toBe('01aryz6s41');
  });

  it('makes ids that ascend within a millisecond, and when the clock goes back', () => {
    const times = [NOW, NOW, NOW, NOW - 5000, NOW - 1];
    const random = createSystemRandom({ clock: { now: () => times.shift() ?? NOW } });
    const ids = Array.from({ length: 5 }, () => random.id());
    expect(sorted(ids)).toEqual(ids);
    expect(new Set(ids).size).toBe(5);
  });

  it('never makes the same id in two places', () => {
    const clock = { now: () => NOW };
    const ids = Array.from({ length: 2000 }, () => createSystemRandom({ clock }).id());
    expect(new Set(ids).size).toBe(2000);
  });
});

function sorted(ids: readonly string[]): string[] {
  return ids.toSorted((a, b) => (a < b ? -1 : 1));
}
