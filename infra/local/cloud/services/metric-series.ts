import type { MetricPoint } from './metric-store.ts';

/** The newest points are kept as they came. */
const KEPT_AS_THEY_CAME = 20;
/** Older ones are put together by the minute, which is all that CloudWatch keeps of a standard metric. */
const MINUTE_MS = 60_000;
/** Two days: no alarm looks back further than 26 hours. */
const KEPT_MINUTES = 2 * 24 * 60;
/** Percentiles need every value: of older minutes there are none. */
const MINUTES_WITH_VALUES = 60;

/** The points of one series, in bounded memory. */
export class PointsKept {
  #minutes: MetricPoint[] = [];
  readonly #newest: MetricPoint[] = [];

  add(point: MetricPoint): void {
    this.#newest.push(point);
    // Half of them at a time: one by one would copy the list each time.
    if (this.#newest.length >= KEPT_AS_THEY_CAME * 2) this.#putTogether(this.#newest.splice(0, KEPT_AS_THEY_CAME));
  }

  /** In the order in which they came, as far as they were not put together. */
  all(): readonly MetricPoint[] {
    return [...this.#minutes, ...this.#newest];
  }

  #putTogether(points: readonly MetricPoint[]): void {
    const byMinute = Map.groupBy([...this.#minutes, ...points], ({ at }) => Math.floor(at / MINUTE_MS));
    const minutes = [...byMinute].toSorted(([one], [other]) => one - other).map(([, of]) => merged(of));
    const old = minutes.length - MINUTES_WITH_VALUES;
    this.#minutes = minutes
      .map((minute, at) => (at < old ? { ...minute, values: undefined } : minute))
      .slice(-KEPT_MINUTES);
  }
}

/** @param points of one minute, at least one */
function merged(points: readonly MetricPoint[]): MetricPoint {
  const [first] = points;
  if (first === undefined) throw new Error('A minute without a point cannot be.');
  if (points.length === 1) return first;
  const sumOf = (of: (point: MetricPoint) => number): number => points.reduce((sum, point) => sum + of(point), 0);
  return {
    ...first,
    sum: sumOf(({ sum }) => sum),
    count: sumOf(({ count }) => count),
    min: Math.min(...points.map(({ min }) => min)),
    max: Math.max(...points.map(({ max }) => max)),
    values: mergedValues(points),
  };
}

function mergedValues(points: readonly MetricPoint[]): MetricPoint['values'] {
  const counts = new Map<number, number>();
  for (const { values } of points) {
    if (values === undefined) return undefined;
    for (const [value, count] of values) counts.set(value, (counts.get(value) ?? 0) + count);
  }
  return [...counts];
}
