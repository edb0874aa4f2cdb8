import type { LocalClock } from '../clock.ts';
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
  readonly #clock: Pick<LocalClock, 'ahead'>;

  constructor(clock: Pick<LocalClock, 'ahead'>, onLog: (entry: LogEntry) => void) {
    this.#clock = clock;
    this.#onLog = onLog;
  }

  readonly log = (entry: LogEntry): void => {
    this.logs.add(entry);
    const ahead = this.#clock.ahead();
    for (const point of embeddedMetrics(entry.line, entry.at)) this.metrics.add({ ...point, at: point.at + ahead });
    this.#onLog(entry);
  };

  /** Notes what went wrong outside of any function. */
  readonly problem = (line: string): void => {
    this.log({ functionName: OWN_NAME, at: Date.now(), line });
  };
}
