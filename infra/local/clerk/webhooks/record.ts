import { SortedList } from '../sorted-list.ts';
import { compareDue } from './delivery.ts';
import type { Delivery } from './delivery.ts';

/** Deliveries listed, and kept for a resend after they ended. */
const KEPT = 1000;

/** Every delivery is in one of three places: waiting for its time, being sent, or finished. */
export class DeliveryRecord {
  readonly #waiting = new SortedList<Delivery>(compareDue);
  readonly #sending = new Set<Delivery>();
  #finished: Delivery[] = [];

  wait(delivery: Delivery): void {
    this.#sending.delete(delivery);
    this.#waiting.add(delivery);
  }

  finish(delivery: Delivery): void {
    this.#sending.delete(delivery);
    this.#finished.push(delivery);
    // Cut back in steps: cutting one off each time would copy the list each time.
    if (this.#finished.length >= 1.1 * KEPT) this.#finished = this.#finished.slice(-KEPT);
  }

  /** When the first waiting delivery is due. */
  nextDue(): number | undefined {
    return this.#waiting.items[0]?.dueAt;
  }

  /** Takes what is due by `now` from the waiting ones, in order. */
  takeDue(now: number): Delivery[] {
    const due = this.#waiting.takeFirst(({ dueAt }) => dueAt <= now);
    for (const delivery of due) this.#sending.add(delivery);
    return due;
  }

  /** Takes a delivery out of where it is, to be sent now. */
  take(delivery: Delivery): void {
    if (!this.#waiting.remove(delivery)) this.#finished = this.#finished.filter((other) => other !== delivery);
    this.#sending.add(delivery);
  }

  /** What a restart must go on with, oldest first. */
  unfinished(): Delivery[] {
    return [...this.#waiting.items, ...this.#sending].toSorted(compareDue);
  }

  waitingFor(endpoint: number): Delivery[] {
    return this.#waiting.items.filter((delivery) => delivery.endpoint === endpoint);
  }

  isSending(delivery: Delivery): boolean {
    return this.#sending.has(delivery);
  }

  /** The newest first, at most 1,000. */
  newest(): Delivery[] {
    return this.#everything()
      .toSorted((left, right) => right.sequence - left.sequence)
      .slice(0, KEPT);
  }

  withMessage(id: string): Delivery[] {
    return this.#everything().filter(({ message }) => message.id === id);
  }

  #everything(): Delivery[] {
    return [...this.#finished, ...this.#waiting.items, ...this.#sending];
  }
}
