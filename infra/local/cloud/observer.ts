import { LogBook } from './logs.ts';
import type { LogEntry } from './logs.ts';
import { embeddedMetrics } from './services/embedded-metrics.ts';
import { MetricStore } from './services/metric-store.ts';

/** The name under which the local cloud's own lines stand among those of functions. */
const OWN_NAME = 'local-cloud';

/** Everything that functions let others see: their log lines, and the metrics in them or put by call. */
export class Observer {
  readonly logs = new LogBook();
  readonly metrics = new MetricStore();
  readonly #onLog: (entry: LogEntry) => void;

  constructor(onLog: (entry: LogEntry) => void) {
    this.#onLog = onLog;
  }

  readonly log = (entry: LogEntry): void => {
    this.logs.add(entry);
    for (const point of embeddedMetrics(entry.line, entry.at)) this.metrics.add(point);
    this.#onLog(entry);
  };

  /** Notes what went wrong outside of any function. */
  readonly problem = (line: string): void => {
    this.log({ functionName: OWN_NAME, at: Date.now(), line });
  };
}
