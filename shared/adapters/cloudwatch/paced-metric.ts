import type { MetricName } from '../../names/metrics.ts';
import type { Metrics } from '../../ports/metrics.ts';
import type { Clock } from '../../ports/time.ts';

export interface PacedMetricOptions {
  readonly clock: Clock;
  /** The metric whose occurrences are counted here first; of all others each flush hands on everything. */
  readonly name: MetricName;
  /** Time between two lines of it, ms. */
  readonly intervalMs: number;
}

interface Pending {
  readonly dimensions: Readonly<Record<string, string>> | undefined;
  readonly count: number;
}

/**
 * Metrics of which one is counted in the container and handed on at most once in a while: what strangers can cause at will
 * must not fill the log. A line carries one set of dimension values, so each flush that is due hands on one of them, the one
 * that has waited longest.
 *
 * The first occurrence after a quiet time is handed on at once. Later ones wait for the invocations that come after: a
 * container that is frozen in between keeps its counts, and one that is ended takes those of its last moments with it.
 */
export function withPacedMetric(metrics: Metrics, { clock, name, intervalMs }: PacedMetricOptions): Metrics {
  // A Map keeps the order of insertion: the first is the one that has waited longest.
  const pending = new Map<string, Pending>();
  let handedOnAt: number | undefined;
  const isDue = (): boolean => {
    const since = handedOnAt === undefined ? intervalMs : clock.now() - handedOnAt;
    // Below zero the clock was set back: nobody knows how long ago it was.
    return since >= intervalMs || since < 0;
  };
  return {
    record(recorded, value, dimensions) {
      if (recorded !== name) return metrics.record(recorded, value, dimensions);
      const key = JSON.stringify(dimensions);
      pending.set(key, { dimensions, count: (pending.get(key)?.count ?? 0) + value });
    },
    flush() {
      const [first] = pending;
      if (first && isDue()) {
        const [key, { dimensions, count }] = first;
        pending.delete(key);
        metrics.record(name, count, dimensions);
        handedOnAt = clock.now();
      }
      return metrics.flush();
    },
  };
}
