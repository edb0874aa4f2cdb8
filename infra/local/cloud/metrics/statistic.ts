import type { MetricPoint } from '../services/metric-store.ts';

/** A statistic that the local cloud does not imitate. */
export class UnknownStatistic extends Error {
  constructor(statistic: string) {
    super(`The local cloud does not imitate the statistic "${statistic}".`);
  }
}

const PERCENTILE = /^p(\d{1,2}(?:\.\d+)?|100)$/;

/**
 * @param points at least one
 * @param statistic as CloudWatch names it: `Sum`, `SampleCount`, `Average`, `Minimum`, `Maximum`, or a percentile such as `p99`
 * @returns undefined for a percentile of points that came as sets of statistics: nobody can know it
 * @throws UnknownStatistic
 */
export function statisticOf(points: readonly MetricPoint[], statistic: string): number | undefined {
  const sum = points.reduce((total, point) => total + point.sum, 0);
  const count = points.reduce((total, point) => total + point.count, 0);
  switch (statistic) {
    case 'Sum':
      return sum;
    case 'SampleCount':
      return count;
    case 'Average':
      return sum / count;
    case 'Minimum':
      return points.reduce((least, point) => Math.min(least, point.min), Infinity);
    case 'Maximum':
      return points.reduce((most, point) => Math.max(most, point.max), -Infinity);
    default:
      return percentileOf(points, count, statistic);
  }
}

/** The smallest value that at least so many percent of all are not above. */
function percentileOf(points: readonly MetricPoint[], count: number, statistic: string): number | undefined {
  const percent = Number(PERCENTILE.exec(statistic)?.[1] ?? Number.NaN);
  if (Number.isNaN(percent)) throw new UnknownStatistic(statistic);
  if (points.some(({ values }) => values === undefined)) return undefined;
  const sorted = points.flatMap(({ values = [] }) => values).toSorted(([left], [right]) => left - right);
  let below = 0;
  for (const [value, times] of sorted) {
    below += times;
    if (below >= (count * percent) / 100) return value;
  }
  return undefined;
}
