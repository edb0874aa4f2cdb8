import type { MetricName } from '../names/metrics.ts';

/** Where counts and durations go. Recording never fails and never waits. */
export interface Metrics {
  /**
   * @param name one of `METRICS`, whose unit and dimensions it defines
   * @param value in the metric's unit
   * @param dimensions a value for each dimension that the metric declares, beside `Stack`
   */
  record(name: MetricName, value: number, dimensions?: Readonly<Record<string, string>>): void;
  /** Hands what was recorded to the metric service. Called once at the end of an invocation. */
  flush(): Promise<void>;
}
