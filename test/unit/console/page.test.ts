import { describe, expect, it } from 'vitest';
import {
  bothTexts,
  drawnLag,
  fieldText,
  timeOfDay,
  withReadableTimes,
} from '../../../infra/local/console/page/format.ts';
import { agreement, otherFaults, runCounts, webhookMode } from '../../../infra/local/console/page/says.ts';

const NOON = new Date(2026, 10, 26, 12, 0, 5).getTime();
const DAY_BEFORE = new Date(2026, 10, 25, 23, 59, 58, 7).getTime();

describe('A time on the page', () => {
  it('has its day where that is not today', () => {
    expect([timeOfDay(NOON, NOON), timeOfDay(DAY_BEFORE, NOON)]).toEqual(['12:00:05', '25 Nov, 23:59:58']);
  });

  it('of a log says so too: an older event must not look newer', () => {
    const why = `of ${new Date(DAY_BEFORE).toISOString()}; the row has ${new Date(NOON).toISOString()}`;
    expect(withReadableTimes(why, NOON)).toBe('of 25 Nov, 23:59:58.007; the row has 12:00:05.000');
  });
});

describe('Two values that differ', () => {
  it.each([
    ['text', 'Ada', 'Ada ', '"Ada"', '"Ada "'],
    ['text', null, '', 'null', '""'],
    ['text', null, 'none', 'null', '"none"'],
    ['text', '5', 5, '"5"', '5'],
    ['text', 'Ada', 'Eve', 'Ada', 'Eve'],
    ['text', 'A B', 'A  B', '"A B"', '"A  B"'],
    ['text', 'Ren\u00e9', 'Rene\u0301', '"René"', String.raw`"Rene\u{301}"`],
    ['text', 'Ada', 'Ada\u202e', '"Ada"', String.raw`"Ada\u{202e}"`],
    ['flag', false, 'false', 'no', 'false'],
    ['time', NOON, String(NOON), fieldText('time', NOON), String(NOON)],
    ['text', null, undefined, 'none', '—'],
  ] as const)('look different: %s %j %j', (kind, clerk, table, left, right) => {
    expect(bothTexts(kind, clerk, table)).toEqual([left, right]);
  });
});

describe('The first line', () => {
  it('says how many users differ, and claims nothing while one of the sides does not answer', () => {
    const silent = (part: string): { part: string; problem: string }[] => [{ part, problem: 'does not answer' }];
    expect(agreement(0, [])).toMatchObject({ text: '✓ in sync', sign: '✓', tone: 'good' });
    expect(agreement(1, [])).toMatchObject({ text: '≠ 1 user differs', sign: '≠ 1' });
    expect(agreement(2, silent('Metrics'))).toMatchObject({ text: '≠ 2 users differ' });
    for (const part of ['Clerk', 'The table'])
      expect(agreement(0, silent(part))).toEqual({ text: '? unknown', sign: '?', tone: 'quiet' });
  });
});

describe('What becomes of webhooks', () => {
  it.each([
    [0, 0, 'deliver', ''],
    [1, 0, 'drop', ''],
    [0, 15_000, 'delay', ''],
    [0.25, 0, undefined, '25 % lost'],
    [0, 2_000, undefined, '2 s late'],
    [1, 2_000, 'drop', ''],
  ])('is one of the choices only where it is that: drop %d, delay %d ms', (drop, delayMs, mode, said) => {
    expect([webhookMode({ drop, delayMs }), otherFaults({ drop, delayMs })]).toEqual([mode, said]);
  });
});

describe('What a run has done', () => {
  const RUN = {
    status: 'in-sync',
    endedAt: 1,
    clerkUsers: 3,
    created: 0,
    updated: 2,
    deleted: 1,
    restored: 0,
    suspects: 1,
    changedSoFar: 0,
  };

  it.each([
    [{}, '3 users · 2 updated · 1 deleted'],
    [{ suspects: 4 }, '3 users · 2 updated · 1 deleted · 3 suspects not deleted'],
    [{ status: 'held', deleted: 0, updated: 0, suspects: 4 }, '3 users · 4 deletions held'],
    [{ endedAt: undefined, changedSoFar: 7 }, '3 users in Clerk, 7 rows changed so far'],
  ])('is said in words: %j', (more, said) => {
    expect(runCounts({ ...RUN, ...more })).toBe(said);
  });
});

describe('A plot of lags', () => {
  it('has a point for a change that was stored at once, and none where nothing was', () => {
    expect(drawnLag([null, 0, 4, 480])).toEqual([null, 10, 10, 480]);
  });
});
