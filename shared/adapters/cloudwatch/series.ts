import type { MetricName, MetricUnit } from '../../names/metrics.ts';
import { METRICS, STACK_DIMENSION } from '../../names/metrics.ts';

/** The measurements of one metric with one set of dimension values, gathered since the last flush. */
export interface Series {
  readonly name: MetricName;
  readonly unit: MetricUnit;
  /** `Stack` and the metric's own. */
  readonly dimensions: Readonly<Record<string, string>>;
  /** Whether it counts without its own dimensions as well. */
  readonly hasTotal: boolean;
  /** How often each value was measured. */
  readonly values: ReadonlyMap<number, number>;
}

export interface SeriesBuffer {
  add(name: MetricName, value: number, dimensions: Readonly<Record<string, string>>): void;
  /** Everything that was added since the last call. */
  drain(): readonly Series[];
}

/** CloudWatch takes no empty dimension value: what a caller left out is counted under this one rather than not at all. */
const UNKNOWN = 'unknown';

/** CloudWatch's limit on a dimension's value is 1,024; ours are words. */
const LONGEST_VALUE = 250;

/** Durations keep this many digits (within 0.5 %), so that a run over millions of users keeps few distinct values. */
const DIGITS = 3;

/**
 * Gathers measurements until they are handed on. A value that is no number is dropped: measuring must never fail what is
 * measured.
 *
 * @param stackName the value of the dimension that every metric carries
 */
export function createSeriesBuffer(stackName: string): SeriesBuffer {
  let gathered = new Map<string, Series & { readonly values: Map<number, number> }>();
  return {
    add(name, value, given) {
      if (!Number.isFinite(value)) return;
      const dimensions = { [STACK_DIMENSION]: stackName, ...ownDimensions(name, given) };
      const key = JSON.stringify([name, dimensions]);
      const { unit } = METRICS[name];
      const hasTotal = 'total' in METRICS[name];
      const series = gathered.get(key) ?? { name, unit, dimensions, hasTotal, values: new Map<number, number>() };
      const kept = unit === 'Milliseconds' ? Number(value.toPrecision(DIGITS)) : value;
      series.values.set(kept, (series.values.get(kept) ?? 0) + 1);
      gathered.set(key, series);
    },
    drain() {
      const series = [...gathered.values()];
      gathered = new Map();
      return series;
    },
  };
}

/** Exactly the dimensions that the metric declares: one more or one less would start a series that no alarm looks at. */
function ownDimensions(name: MetricName, given: Readonly<Record<string, string>>): Record<string, string> {
  const declared: readonly string[] = METRICS[name].dimensions;
  return Object.fromEntries(
    declared.map((dimension) => [dimension, (given[dimension] ?? '').slice(0, LONGEST_VALUE) || UNKNOWN]),
  );
}
