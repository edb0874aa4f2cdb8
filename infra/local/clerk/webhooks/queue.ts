import type { LocalClock } from '../../clock.ts';
import type { Faults } from '../faults.ts';
import type { SeededRandom } from '../random.ts';
import { sendOnce } from './attempt.ts';
import type { AttemptResult } from './attempt.ts';
import type { Delivery, DeliveryState, Message } from './delivery.ts';
import type { Endpoints } from './endpoints.ts';
import { Lanes } from './lanes.ts';
import { DeliveryRecord } from './record.ts';
import type { RetrySchedule } from './schedule.ts';

/** Requests to endpoints at one time; what a development machine answers without queueing. */
const CONCURRENT_ATTEMPTS = 16;
/** Bounds of the time that the fault `reorder` holds an attempt back. */
const HOLD_MS = { min: 200, max: 2000 };
/** Longer waits are cut in pieces: a timer takes no more than 2^31 ms. */
const LONGEST_TIMER_MS = 60 * 60 * 1000;

export interface QueueDependencies {
  readonly clock: LocalClock;
  readonly schedule: RetrySchedule;
  readonly endpoints: Endpoints;
  /** Decides where faults strike. */
  readonly random: SeededRandom;
  readonly faults: () => Faults['webhooks'];
  /** Called after every change that a restart must know of. */
  readonly changed: () => void;
}

export interface Outcome {
  readonly delivered: number;
  readonly failed: number;
}

/** Sends messages to the endpoints as Svix does: signed, at least once, with retries. Due times run on the local clock. */
export class WebhookQueue {
  readonly #deps: QueueDependencies;
  readonly #record = new DeliveryRecord();
  readonly #lanes = new Lanes(CONCURRENT_ATTEMPTS);
  readonly #inFlight = new Map<Delivery, Promise<boolean>>();
  readonly #closing = new AbortController();
  readonly #unsubscribe: () => void;
  #timer: NodeJS.Timeout | undefined;
  #sequence = 0;

  constructor(deps: QueueDependencies) {
    this.#deps = deps;
    this.#unsubscribe = deps.clock.onAdvance(() => this.wake());
  }

  get record(): DeliveryRecord {
    return this.#record;
  }

  /** Puts a message on its way to every endpoint that is not disabled. */
  send(message: Message): void {
    const dropped = this.#deps.random.chance(this.#deps.faults().drop);
    for (const endpoint of this.#deps.endpoints.enabled()) {
      this.#enter({ message, endpoint, attempts: [], failures: 0 }, dropped ? 'dropped' : 'waiting', this.#due(0));
    }
    this.#deps.changed();
    this.wake();
  }

  /** Takes up what another run left unfinished. */
  restore(deliveries: readonly Omit<Delivery, 'state' | 'sequence'>[]): void {
    for (const { message, endpoint, attempts, failures, dueAt } of deliveries) {
      this.#enter({ message, endpoint, attempts, failures }, 'waiting', dueAt);
    }
    this.wake();
  }

  /** Starts what is due. Without endpoints everything waits: after a restart they are set a moment later. */
  wake(): void {
    clearTimeout(this.#timer);
    if (this.#closing.signal.aborted || this.#deps.endpoints.list().length === 0) return;
    for (const delivery of this.#record.takeDue(this.#deps.clock.now())) void this.#start(delivery);
    const next = this.#record.nextDue();
    if (next === undefined) return;
    const wait = Math.min(LONGEST_TIMER_MS, Math.max(1, next - this.#deps.clock.now()));
    this.#timer = setTimeout(() => this.wake(), wait);
  }

  /** Attempts everything that waits once, now, and waits for the answers. */
  async flush(): Promise<Outcome> {
    if (this.#deps.endpoints.list().length > 0) {
      for (const delivery of this.#record.takeDue(Infinity)) void this.#start(delivery);
    }
    return tally(await Promise.all(this.#inFlight.values()));
  }

  /** Sends a message again, whatever became of it, to the endpoints it was for. A failure changes nothing. */
  async resend(messageId: string): Promise<Outcome | undefined> {
    const deliveries = this.#record.withMessage(messageId);
    if (deliveries.length === 0) return undefined;
    const results = deliveries.map((delivery) => {
      const underway = this.#inFlight.get(delivery);
      if (underway !== undefined) return underway;
      this.#record.take(delivery);
      return this.#start(delivery);
    });
    return tally(await Promise.all(results));
  }

  /** Ends what is being sent; it counts as not attempted. */
  async close(): Promise<void> {
    this.#closing.abort();
    clearTimeout(this.#timer);
    this.#unsubscribe();
    await Promise.all(this.#inFlight.values());
  }

  #enter(part: Omit<Delivery, 'state' | 'sequence' | 'dueAt'>, state: DeliveryState, dueAt: number): void {
    this.#sequence += 1;
    const delivery: Delivery = { ...part, state, dueAt, sequence: this.#sequence };
    if (state === 'waiting') this.#record.wait(delivery);
    else this.#record.finish(delivery);
  }

  #start(delivery: Delivery): Promise<boolean> {
    const lane = `${delivery.endpoint} ${delivery.message.userId}`;
    const attempt = this.#lanes
      .run(lane, () => this.#attempt(delivery))
      .finally(() => {
        this.#inFlight.delete(delivery);
        this.#deps.changed();
        this.wake();
      });
    this.#inFlight.set(delivery, attempt);
    return attempt;
  }

  async #attempt(delivery: Delivery): Promise<boolean> {
    const result = await this.#sendTo(delivery);
    if (result === undefined) this.#end(delivery, delivery.state === 'waiting' ? 'failed' : delivery.state);
    else if (result.ok) this.#end(delivery, 'delivered');
    else if (delivery.state !== 'waiting') this.#end(delivery, delivery.state);
    else if (this.#closing.signal.aborted) this.#record.wait(delivery);
    else this.#retry(delivery, result);
    return result?.ok ?? false;
  }

  /** @returns undefined when there is no endpoint to send to. */
  async #sendTo(delivery: Delivery): Promise<AttemptResult | undefined> {
    const { endpoints, random, faults } = this.#deps;
    const endpoint = endpoints.get(delivery.endpoint);
    if (endpoint === undefined || endpoints.isDisabled(delivery.endpoint)) return undefined;
    const once = async (): Promise<AttemptResult> => {
      const at = this.#deps.clock.now();
      const result = await sendOnce(delivery.message, endpoint, this.#closing.signal);
      if (!this.#closing.signal.aborted) delivery.attempts.push({ at, status: result.status });
      return result;
    };
    const first = await once();
    if (!random.chance(faults().duplicate)) return first;
    const second = await once();
    return first.ok ? first : second;
  }

  #end(delivery: Delivery, state: DeliveryState): void {
    delivery.state = state;
    this.#record.finish(delivery);
    if (state === 'delivered') this.#deps.endpoints.note(delivery.endpoint, true, this.#deps.clock.now());
  }

  #retry(delivery: Delivery, result: AttemptResult): void {
    delivery.failures += 1;
    const disabled = this.#deps.endpoints.note(delivery.endpoint, false, this.#deps.clock.now());
    const delay = this.#deps.schedule.delayAfter(delivery.failures);
    if (delay === undefined || result.aborted || disabled) {
      this.#end(delivery, 'failed');
    } else {
      delivery.dueAt = this.#due(delay);
      this.#record.wait(delivery);
    }
    if (disabled) this.#giveUp(delivery.endpoint);
  }

  #giveUp(endpoint: number): void {
    for (const delivery of this.#record.waitingFor(endpoint)) {
      this.#record.take(delivery);
      this.#end(delivery, 'failed');
    }
  }

  /** When an attempt is due after `delay`, with what the faults add to it. */
  #due(delay: number): number {
    const { delayMs, reorder } = this.#deps.faults();
    const hold = this.#deps.random.chance(reorder)
      ? HOLD_MS.min + this.#deps.random.next() * (HOLD_MS.max - HOLD_MS.min)
      : 0;
    return this.#deps.clock.now() + delay + delayMs + hold;
  }
}

function tally(results: readonly boolean[]): Outcome {
  const delivered = results.filter(Boolean).length;
  return { delivered, failed: results.length - delivered };
}
