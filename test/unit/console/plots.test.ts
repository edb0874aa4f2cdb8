import { describe, expect, it } from 'vitest';
import { plotsOf } from '../../../infra/local/console/view/plots.ts';

const NOW = 1_795_651_080_000;
const point = (name: string, path: string, agoMs: number, value: number): object => ({
  namespace: 'ClerkSync',
  name,
  dimensions: { Stack: 's', Path: path },
  at: NOW - agoMs,
  sum: value,
  max: value,
});

describe('The plots', () => {
  const { lag, outcomes, spanSeconds } = plotsOf(
    [
      point('SyncLag', 'webhook', 1_000, 120),
      point('SyncLag', 'webhook', 2_000, 480),
      point('SyncLag', 'reconciler', 61_000, 9_000),
      point('SyncCreated', 'webhook', 1_000, 1),
      point('SyncCreated', 'reconciler', 2_000, 24),
      point('SyncStale', 'authorizer', 1_000, 1),
      point('SyncCreated', 'webhook', 10 * 60_000, 5),
      { ...point('SyncCreated', 'webhook', 1_000, 7), namespace: 'AWS/Lambda' },
      'nonsense',
    ],
    NOW,
  );
  const valuesOf = (plot: typeof lag, series: string): readonly (number | null)[] =>
    (plot.values[plot.series.indexOf(series)] ?? []).filter((value) => value !== null);

  it('have the longest lag of each span, by path', () => {
    expect(valuesOf(lag, 'webhook')).toEqual([480]);
    expect(valuesOf(lag, 'reconciler')).toEqual([9_000]);
    expect(valuesOf(lag, 'authorizer')).toEqual([]);
  });

  it('have the sum of each outcome in each span, whoever brought it, and nothing from before', () => {
    expect(valuesOf(outcomes, 'created')).toEqual([25]);
    expect(valuesOf(outcomes, 'stale')).toEqual([1]);
    expect(valuesOf(outcomes, 'failed')).toEqual([]);
  });

  it('have one value for each span up to now', () => {
    expect(lag.times.at(-1)).toBe(NOW / 1_000);
    expect(new Set(lag.times.map((time, at) => time - at * spanSeconds)).size).toBe(1);
    for (const values of [...lag.values, ...outcomes.values]) expect(values).toHaveLength(lag.times.length);
  });
});
