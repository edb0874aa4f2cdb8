import { METRICS } from '../../names/metrics.ts';
import type { MetricName } from '../../names/metrics.ts';
import type { Metrics } from '../../ports/metrics.ts';

export interface Measurement {
  readonly name: MetricName;
  readonly value: number;
  readonly dimensions: Readonly<Record<string, string>>;
  /** Whether a flush has come after it. */
  readonly flushed: boolean;
}

/** Metrics that keep every measurement. */
export interface MemoryMetrics extends Metrics {
  /** In the order they were recorded. */
  recorded(): readonly Measurement[];
  /** Sum of a metric's values, of those with the given dimensions. */
  sum(name: MetricName, dimensions?: Readonly<Record<string, string>>): number;
}

/** Refuses a measurement whose dimensions are not the metric's own: a real metric service would silently start another series. */
export function createMemoryMetrics(): MemoryMetrics {
  const measurements: Measurement[] = [];
  let flushed = 0;
  return {
    record(name, value, dimensions = {}) {
      checkDimensions(name, dimensions);
      measurements.push({ name, value, dimensions, flushed: false });
    },
    flush() {
      flushed = measurements.length;
      return Promise.resolve();
    },
    recorded: () => measurements.map((measurement, index) => ({ ...measurement, flushed: index < flushed })),
    sum: (name, dimensions = {}) =>
      measurements
        .filter((measurement) => measurement.name === name && matches(measurement, dimensions))
        .reduce((sum, { value }) => sum + value, 0),
  };
}

function matches(measurement: Measurement, dimensions: Readonly<Record<string, string>>): boolean {
  return Object.entries(dimensions).every(([key, value]) => measurement.dimensions[key] === value);
}

function checkDimensions(name: MetricName, dimensions: Readonly<Record<string, string>>): void {
  const declared: readonly string[] = METRICS[name].dimensions;
  const given = Object.keys(dimensions);
  if (given.length === declared.length && declared.every((dimension) => given.includes(dimension))) return;
  throw new Error(
    `Metric ${name} has the dimensions [${declared.join(', ')}], not [${given.join(', ')}]: see shared/names/metrics.ts.`,
  );
}
