import { describe, expect, it } from 'vitest';
import { statisticOf } from '../../../../infra/local/cloud/metrics/statistic.ts';
import { PointsKept } from '../../../../infra/local/cloud/services/metric-series.ts';
import { pointOf } from '../../../../infra/local/cloud/services/metric-store.ts';

const MINUTE = 60_000;
const START = Date.UTC(2026, 0, 1);
const metric = { namespace: 'Orchard', name: 'Apples', dimensions: {}, unit: 'Count' };

/** Points of a series with so many a minute, the values 0 to 9 in turn. */
function series(minutes: number, aMinute: number): PointsKept {
  const points = new PointsKept();
  for (let n = 0; n < minutes * aMinute; n += 1) {
    points.add(pointOf({ ...metric, at: START + Math.floor((n * MINUTE) / aMinute) }, n % 10));
  }
  return points;
}

describe('The points of a series', () => {
  it('are kept as they came while they are few', () => {
    const points = series(10, 2);
    expect(points.all()).toHaveLength(20);
    expect(points.all()[17]).toEqual(pointOf({ ...metric, at: START + 510_000 }, 7));
  });

  it('are put together by the minute when they are many, and no statistic changes by it', () => {
    const all = series(30, 1_000).all();
    expect(all.length).toBeLessThan(71);
    const statistics = ['Sum', 'SampleCount', 'Average', 'Minimum', 'Maximum', 'p50', 'p99'];
    expect(statistics.map((statistic) => statisticOf(all, statistic))).toEqual([135_000, 30_000, 4.5, 0, 9, 4, 9]);
    const fifth = all.filter(({ at }) => at >= START + 5 * MINUTE && at < START + 6 * MINUTE);
    expect(fifth.map(({ count, sum }) => [count, sum])).toEqual([[1_000, 4_500]]);
  });

  it('take no more room after two days, and lose of older hours only what percentiles need', () => {
    const all = series(3 * 24 * 60, 10).all();
    expect(all.length).toBeLessThan(2 * 24 * 60 + 41);
    expect(all.filter(({ values }) => values !== undefined).length).toBeLessThan(101);
    expect(statisticOf(all.slice(-20), 'Sum')).toBe(90);
    expect(statisticOf(all, 'p99')).toBeUndefined();
  });
});
