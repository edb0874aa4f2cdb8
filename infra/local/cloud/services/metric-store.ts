import { PointsKept } from './metric-series.ts';

/** A data point as it was emitted: a value seen `count` times, or a set of statistics. */
export interface MetricPoint {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly unit: string;
  /** In ms since 1970. */
  readonly at: number;
  readonly sum: number;
  readonly count: number;
  readonly min: number;
  readonly max: number;
  /** Every value and how often it was seen; undefined where only statistics were sent. */
  readonly values: readonly (readonly [value: number, count: number])[] | undefined;
}

/** All points of one metric with the same dimensions and unit, added up. */
export interface MetricSummary {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly unit: string;
  readonly sum: number;
  readonly count: number;
  readonly min: number;
  readonly max: number;
  /** The value of the point that came last; of a set of statistics, its average. */
  readonly last: number;
}

/** A metric that is there to be read at any time, such as the length of a queue. */
export interface Gauge {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  read(): number;
}

interface Kept {
  summary: MetricSummary;
  readonly points: PointsKept;
}

/** What all functions, and the services that run them, have emitted. */
export class MetricStore {
  readonly #series = new Map<string, Kept>();
  readonly #gauges: Gauge[] = [];

  add(point: MetricPoint): void {
    const key = seriesKey(point);
    const kept = this.#series.get(key);
    const points = kept?.points ?? new PointsKept();
    points.add(point);
    this.#series.set(key, { summary: summaryWith(kept?.summary, point), points });
  }

  addGauge(gauge: Gauge): void {
    this.#gauges.push(gauge);
  }

  /** Reads every gauge. @param at in ms since 1970 */
  sample(at: number): void {
    for (const gauge of this.#gauges) {
      const { namespace, name, dimensions } = gauge;
      this.add(pointOf({ namespace, name, dimensions, unit: 'Count', at }, gauge.read()));
    }
  }

  summaries(): MetricSummary[] {
    return [...this.#series.values()].map(({ summary }) => summary);
  }

  /** The points of a metric with exactly these dimensions, in the order in which they came. */
  pointsOf(metric: Pick<MetricPoint, 'namespace' | 'name' | 'dimensions'>): readonly MetricPoint[] {
    const key = nameKey(metric);
    return [...this.#series].flatMap(([series, { points }]) => (series.startsWith(key) ? points.all() : []));
  }

  /** All points, latest last; the older ones of a series are put together by the minute. */
  points(): readonly MetricPoint[] {
    return [...this.#series.values()]
      .flatMap(({ points }) => points.all())
      .toSorted((left, right) => left.at - right.at);
  }
}

function summaryWith(before: MetricSummary | undefined, point: MetricPoint): MetricSummary {
  return {
    namespace: point.namespace,
    name: point.name,
    dimensions: point.dimensions,
    unit: point.unit,
    sum: (before?.sum ?? 0) + point.sum,
    count: (before?.count ?? 0) + point.count,
    min: Math.min(before?.min ?? Infinity, point.min),
    max: Math.max(before?.max ?? -Infinity, point.max),
    last: point.sum / point.count,
  };
}

/** A point that is one value. */
export function pointOf(
  metric: Pick<MetricPoint, 'namespace' | 'name' | 'dimensions' | 'unit' | 'at'>,
  value: number,
): MetricPoint {
  return { ...metric, sum: value, count: 1, min: value, max: value, values: [[value, 1]] };
}

function seriesKey(point: MetricPoint): string {
  return `${nameKey(point)}${point.unit}`;
}

function nameKey({ namespace, name, dimensions }: Pick<MetricPoint, 'namespace' | 'name' | 'dimensions'>): string {
  return `${JSON.stringify([namespace, name, dimensionsKey(dimensions)])} `;
}

/** Equal for equal dimensions, whatever their order. */
function dimensionsKey(dimensions: Readonly<Record<string, string>>): string {
  return JSON.stringify(Object.entries(dimensions).toSorted(([left], [right]) => (left < right ? -1 : 1)));
}
