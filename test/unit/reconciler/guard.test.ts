import { describe, expect, it } from 'vitest';
import type { WalkFindings } from '../../../shared/sync/reconcile/guard.ts';
import { DELETION_GUARD, reasonToHold } from '../../../shared/sync/reconcile/guard.ts';

const FINDINGS: WalkFindings = {
  listed: 100_000,
  listedSinceStart: 0,
  live: 100_000,
  suspects: 0,
  deletedLately: 0,
  countedBefore: 100_000,
  countedAfter: 100_000,
};

function hold(found: Partial<WalkFindings>): string | undefined {
  return reasonToHold({ ...FINDINGS, ...found }, DELETION_GUARD);
}

/** A list that agrees with the counts. */
function listOf(listed: number): Partial<WalkFindings> {
  return { listed, countedBefore: listed, countedAfter: listed };
}

describe('the deletion guard', () => {
  it.each([
    ['the most of one run', { suspects: 1_000 }, { suspects: 1_001 }],
    ['half of all users', { ...listOf(5), live: 10, suspects: 5 }, { ...listOf(4), live: 10, suspects: 6 }],
    ['half of an odd number', { ...listOf(6), live: 11, suspects: 5 }, { ...listOf(5), live: 11, suspects: 6 }],
    ['twenty users', { ...listOf(80), live: 100, suspects: 20 }, { ...listOf(79), live: 100, suspects: 21 }],
    ['two percent', { live: 10_000, suspects: 200 }, { live: 10_000, suspects: 201 }],
    ['two percent of 1,049', { live: 1_049, suspects: 20 }, { live: 1_049, suspects: 21 }],
    ['two percent of 1,050', { live: 1_050, suspects: 21 }, { live: 1_050, suspects: 22 }],
  ])('lets %s go and not one more', (_, allowed, tooMany) => {
    expect(hold(allowed)).toBeUndefined();
    expect(hold(tooMany)).toMatch(/users are in the table but not in Clerk's list: more than/);
  });

  it.each([
    ['twenty users', { live: 80 }, { suspects: 10, deletedLately: 10 }, { suspects: 11, deletedLately: 10 }],
    ['two percent', { live: 9_900 }, { suspects: 100, deletedLately: 100 }, { suspects: 101, deletedLately: 100 }],
    ['the most', { live: 100_000 }, { suspects: 1, deletedLately: 999 }, { suspects: 1, deletedLately: 1_000 }],
    ['half of all', { live: 8 }, { suspects: 3, deletedLately: 2 }, { suspects: 4, deletedLately: 2 }],
  ])('lets %s go in 24 hours and not one more, in however many runs', (_, table, allowed, tooMany) => {
    const lists = listOf(table.live);
    expect(hold({ ...lists, ...table, ...allowed })).toBeUndefined();
    expect(hold({ ...lists, ...table, ...tooMany })).toMatch(/and \d+ were deleted in the last 24 hours: more than/);
  });

  it('takes every bound from its parameters', () => {
    const guard = { most: 5, mostOfAll: 0.9, share: 0.1, few: 2 };
    expect(reasonToHold({ ...FINDINGS, suspects: 5 }, guard)).toBeUndefined();
    expect(reasonToHold({ ...FINDINGS, suspects: 6 }, guard)).toContain('the 5 that');
    expect(reasonToHold({ ...FINDINGS, live: 30, suspects: 4 }, guard)).toContain('10 % of all 30');
    expect(reasonToHold({ ...FINDINGS, live: 3, suspects: 3 }, guard)).toContain('90 % of all 3');
  });

  it('trusts an empty list only beside an empty table', () => {
    expect(hold({ ...listOf(0), live: 0, suspects: 1 })).not.toContain('empty');
    expect(hold({ ...listOf(0), live: 1, suspects: 1 })).toContain('empty');
    expect(hold({ listed: 0, live: 0, suspects: 1 })).toContain('had 0 users');
  });

  it.each([
    ['neither count', { ...listOf(100), listed: 99 }, true],
    ['neither count, with nothing to delete', { ...listOf(100), listed: 101, suspects: 0 }, false],
    ['the count before', { listed: 100, countedBefore: 100, countedAfter: 110 }, false],
    ['the count after', { listed: 110, countedBefore: 100, countedAfter: 110 }, false],
    ['something between', { listed: 105, countedBefore: 110, countedAfter: 100 }, false],
    ['less than both', { listed: 99, countedBefore: 110, countedAfter: 100 }, true],
    ['more than both', { listed: 111, countedBefore: 100, countedAfter: 110 }, true],
    [
      'more than both, by users who came after the run began',
      { listed: 111, listedSinceStart: 11, countedBefore: 100, countedAfter: 110 },
      false,
    ],
    ['more than even these', { listed: 112, listedSinceStart: 11, countedBefore: 100, countedAfter: 110 }, true],
  ])('compares the list with the counts: %s', (_, found, held) => {
    expect(hold({ live: 100, suspects: 1, ...found }) !== undefined).toBe(held);
  });
});
