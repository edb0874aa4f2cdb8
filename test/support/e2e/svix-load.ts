import { setTimeout as sleep } from 'node:timers/promises';
import { retrySchedule } from '../../../infra/local/clerk/webhooks/schedule.ts';
import { seededRandom } from '../../../infra/local/clerk/random.ts';
import type { Message } from './history.ts';
import { signedWebhook } from './signed-webhook.ts';

export interface LoadOptions {
  readonly url: string;
  readonly secret: string;
  readonly connections: number;
  /** Each message is delivered once to so many times. */
  readonly mostCopies: number;
  /** 1: Svix's own retry schedule; 0.001: a thousand times faster. */
  readonly retryScale: number;
  /** Decides order and copies. */
  readonly seed: number;
  /** Called before each attempt, with how many have been made. */
  readonly beforeAttempt?: (made: number) => void;
}

export interface LoadReport {
  readonly deliveries: number;
  readonly attempts: number;
  /** Deliveries that Svix has given up. */
  readonly lost: number;
  /** How often each outcome was answered. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** How often each other status than 200 was answered; 0 for none in time. */
  readonly failures: Readonly<Record<string, number>>;
  readonly seconds: number;
  /** From a delivery's first attempt to its acceptance, ms. */
  readonly lag: { readonly p50: number; readonly p99: number };
}

/** One message on its way. */
interface Delivery {
  readonly message: Message;
  failures: number;
  firstAt: number;
  dueAt: number;
}

/** What Svix waits for an answer, ms. */
const ANSWER_LIMIT_MS = 15_000;

/** Delivers messages as Svix does, signed for the moment and with its retries, but shuffled and several times. */
export async function deliverShuffled(messages: readonly Message[], options: LoadOptions): Promise<LoadReport> {
  const load = new Load(messages, options);
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: options.connections }, () => load.work()));
  return load.report((performance.now() - startedAt) / 1000);
}

class Load {
  readonly #options: LoadOptions;
  readonly #waiting: Delivery[];
  readonly #deliveries: number;
  readonly #outcomes = new Map<string, number>();
  readonly #failures = new Map<string, number>();
  readonly #lags: number[] = [];
  #attempts = 0;
  #lost = 0;
  #open: number;

  constructor(messages: readonly Message[], options: LoadOptions) {
    this.#options = options;
    this.#waiting = shuffledCopies(messages, options);
    this.#deliveries = this.#waiting.length;
    this.#open = this.#waiting.length;
  }

  /** One connection: delivers what is due until everything is delivered or given up. */
  async work(): Promise<void> {
    while (this.#open > 0) {
      const at = this.#waiting.findIndex(({ dueAt }) => dueAt <= performance.now());
      const [delivery] = at < 0 ? [] : this.#waiting.splice(at, 1);
      if (delivery) await this.#attempt(delivery);
      else await sleep(5);
    }
  }

  report(seconds: number): LoadReport {
    const lags = this.#lags.toSorted((a, b) => a - b);
    const quantile = (part: number): number => Math.round(lags[Math.floor(part * (lags.length - 1))] ?? Number.NaN);
    return {
      deliveries: this.#deliveries,
      attempts: this.#attempts,
      lost: this.#lost,
      outcomes: Object.fromEntries(this.#outcomes),
      failures: Object.fromEntries(this.#failures),
      seconds,
      lag: { p50: quantile(0.5), p99: quantile(0.99) },
    };
  }

  async #attempt(delivery: Delivery): Promise<void> {
    this.#options.beforeAttempt?.(this.#attempts);
    this.#attempts += 1;
    delivery.firstAt ||= performance.now();
    const { status, outcome } = await this.#send(delivery.message);
    if (status === 200) {
      count(this.#outcomes, outcome);
      this.#lags.push(performance.now() - delivery.firstAt);
      this.#open -= 1;
    } else {
      count(this.#failures, String(status));
      this.#retry(delivery);
    }
  }

  #retry(delivery: Delivery): void {
    delivery.failures += 1;
    const delay = retrySchedule(this.#options.retryScale).delayAfter(delivery.failures);
    if (delay === undefined) {
      this.#lost += 1;
      this.#open -= 1;
    } else {
      delivery.dueAt = performance.now() + delay;
      this.#waiting.push(delivery);
    }
  }

  async #send({ id, raw }: Message): Promise<{ status: number; outcome: string }> {
    const { body, headers } = signedWebhook(this.#options.secret, raw, { id });
    try {
      const signal = AbortSignal.timeout(ANSWER_LIMIT_MS);
      const response = await fetch(this.#options.url, { method: 'POST', body, headers, signal });
      const { outcome = '' } = (await response.json()) as { outcome?: string };
      return { status: response.status, outcome };
    } catch {
      return { status: 0, outcome: '' };
    }
  }
}

/** Each message once to `mostCopies` times, all in an order that the seed decides. */
function shuffledCopies(messages: readonly Message[], { mostCopies, seed }: LoadOptions): Delivery[] {
  const random = seededRandom(seed);
  return messages
    .flatMap((message) => Array.from({ length: 1 + Math.floor(random.next() * mostCopies) }, () => message))
    .map((message) => ({ message, rank: random.next() }))
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ message }) => ({ message, failures: 0, firstAt: 0, dueAt: 0 }));
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
