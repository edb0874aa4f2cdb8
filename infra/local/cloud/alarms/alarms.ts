import type { LocalClock } from '../../clock.ts';
import { seriesOf } from '../metrics/query.ts';
import { latestWindows } from '../metrics/windows.ts';
import type { MetricStore } from '../services/metric-store.ts';
import type { AlarmDefinition, AlarmState } from './definition.ts';
import { judgeAlarm } from './judge.ts';

/** An alarm as people and tools see it. */
export interface AlarmView {
  readonly name: string;
  readonly description: string;
  readonly state: AlarmState;
  /** When it entered that state, in ms since 1970 on the local clock. */
  readonly since: number;
  readonly threshold: number;
  /** The data points that decided, oldest first; null where there are no data. */
  readonly datapoints: readonly (number | null)[];
  /** Changes of state that somebody was told of, oldest first. */
  readonly told: readonly Told[];
}

export interface Told {
  readonly at: number;
  readonly state: AlarmState;
  /** ARN of a topic. */
  readonly topic: string;
}

export interface AlarmsOptions {
  readonly definitions: readonly AlarmDefinition[];
  readonly metrics: MetricStore;
  readonly clock: LocalClock;
  readonly onProblem: (message: string) => void;
}

interface Watched {
  state: AlarmState;
  since: number;
  datapoints: readonly (number | undefined)[];
  readonly told: Told[];
}

/** How often alarms are looked at when nobody asks, ms. CloudWatch does so every minute. */
const INTERVAL_MS = 10_000;
const KEPT_TOLD = 100;

/**
 * Evaluates the template's alarms over what was emitted: every 10 s, when the clock is moved and when somebody asks. An
 * approximation: periods end now, where CloudWatch aligns them, and there is no delay until a metric can be seen.
 */
export class Alarms {
  readonly #options: AlarmsOptions;
  readonly #watched = new Map<AlarmDefinition, Watched>();
  readonly #timer: NodeJS.Timeout;
  readonly #unsubscribe: () => void;

  constructor(options: AlarmsOptions) {
    this.#options = options;
    const since = options.clock.now();
    for (const definition of options.definitions) {
      this.#watched.set(definition, { state: 'INSUFFICIENT_DATA', since, datapoints: [], told: [] });
    }
    this.#timer = setInterval(() => this.#evaluateAll(), INTERVAL_MS).unref();
    this.#unsubscribe = options.clock.onAdvance(() => this.#evaluateAll());
  }

  /** Looks at every alarm now. */
  views(): AlarmView[] {
    this.#evaluateAll();
    return [...this.#watched].map(([{ name, description, threshold }, { state, since, datapoints, told }]) => ({
      name,
      description,
      state,
      since,
      threshold,
      datapoints: datapoints.map((value) => value ?? null),
      told,
    }));
  }

  close(): void {
    clearInterval(this.#timer);
    this.#unsubscribe();
  }

  #evaluateAll(): void {
    this.#options.metrics.sample(this.#options.clock.now());
    for (const [definition, watched] of this.#watched) {
      try {
        this.#evaluate(definition, watched);
      } catch (error) {
        this.#options.onProblem(`The alarm ${definition.name} cannot be evaluated: ${String(error)}`);
      }
    }
  }

  #evaluate(definition: AlarmDefinition, watched: Watched): void {
    const { clock, metrics } = this.#options;
    const now = clock.now();
    const windows = latestWindows(now, definition.periodMs, definition.evaluationPeriods);
    watched.datapoints = seriesOf(definition.watched, definition.queries, windows, metrics);
    const state = judgeAlarm(definition, watched.datapoints, watched.state);
    if (state === watched.state) return;
    watched.state = state;
    watched.since = now;
    for (const topic of definition.actions[state]) watched.told.push({ at: now, state, topic });
    watched.told.splice(0, watched.told.length - KEPT_TOLD);
  }
}
