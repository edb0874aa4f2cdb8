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

/** Points are kept for queries up to this many; the summaries keep everything. */
const KEPT_POINTS = 100_000;

/** What all functions have emitted. */
export class MetricStore {
  readonly #summaries = new Map<string, MetricSummary>();
  #points: MetricPoint[] = [];

  add(point: MetricPoint): void {
    this.#points.push(point);
    if (this.#points.length > KEPT_POINTS * 2) this.#points = this.#points.slice(-KEPT_POINTS);
    const key = seriesKey(point);
    const before = this.#summaries.get(key);
    this.#summaries.set(key, {
      namespace: point.namespace,
      name: point.name,
      dimensions: point.dimensions,
      unit: point.unit,
      sum: (before?.sum ?? 0) + point.sum,
      count: (before?.count ?? 0) + point.count,
      min: Math.min(before?.min ?? Infinity, point.min),
      max: Math.max(before?.max ?? -Infinity, point.max),
      last: point.sum / point.count,
    });
  }

  summaries(): MetricSummary[] {
    return [...this.#summaries.values()];
  }

  /** Latest last. */
  points(): readonly MetricPoint[] {
    return this.#points.slice(-KEPT_POINTS);
  }
}

function seriesKey(point: MetricPoint): string {
  return JSON.stringify([point.namespace, point.name, dimensionsKey(point.dimensions), point.unit]);
}

/** Equal for equal dimensions, whatever their order. */
export function dimensionsKey(dimensions: Readonly<Record<string, string>>): string {
  return JSON.stringify(Object.entries(dimensions).toSorted(([left], [right]) => (left < right ? -1 : 1)));
}
