import { AsyncLocalStorage } from 'node:async_hooks';
import type { Clock, Timers } from '../../../shared/ports/time.ts';
import type { Draws } from '../draws.ts';

/** One invocation of a function: whatever it awaits of others goes through the scheduler. */
export interface Party {
  readonly name: string;
  /** How far the clock of its container is off, ms. */
  readonly skewMs: number;
  readonly draws: Draws;
  /** Whether its process has died: nothing of it goes on. */
  isDead: boolean;
}

/** Something that is due. */
interface Task {
  readonly at: number;
  /** Of two tasks of one moment the one that was set first comes first. */
  readonly number: number;
  readonly run: () => void;
  isCancelled: boolean;
}

/**
 * Time, and who goes on next. Every call of a port is a task: whoever has the earliest goes on until it awaits another one.
 * How long each call takes is drawn from the seed, and so is the order in which parties meet.
 */
export class Scheduler {
  #now: number;
  #number = 0;
  /** By time, the earliest last. */
  readonly #tasks: Task[] = [];
  readonly #context = new AsyncLocalStorage<Party>();
  readonly #deaths = new WeakMap<Party, () => void>();
  #isHalted = false;

  /** @param start ms */
  constructor(start: number) {
    this.#now = start;
  }

  /** True time, which no party knows, ms. */
  get now(): number {
    return this.#now;
  }

  /** Who is at work; undefined where it is the world itself. */
  get party(): Party | undefined {
    return this.#context.getStore();
  }

  /** The clock of whoever looks at it. */
  readonly clock: Clock = { now: () => this.#now + (this.party?.skewMs ?? 0) };

  readonly timers: Timers = {
    sleep: (ms, signal) => this.sleep(ms, signal),
    deadline: (ms) => {
      const controller = new AbortController();
      const passed = (): DOMException => new DOMException(`The time limit of ${ms} ms has passed.`, 'TimeoutError');
      return { signal: controller.signal, clear: this.after(ms, () => controller.abort(passed())) };
    },
  };

  /** Does something later, for whoever is at work now, unless that party has died by then. @returns cancels it */
  after(ms: number, run: () => void): () => void {
    const party = this.party;
    const mine = party ? () => void (party.isDead || this.#context.run(party, run)) : run;
    return this.at(this.#now + Math.max(0, Math.ceil(ms)), mine);
  }

  /** Does something at a time, as the world and not as a party. @returns cancels it */
  at(time: number, run: () => void): () => void {
    this.#number += 1;
    const task: Task = { at: Math.max(time, this.#now), number: this.#number, run, isCancelled: false };
    this.#tasks.splice(this.#placeOf(task), 0, task);
    return () => {
      task.isCancelled = true;
    };
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(reasonOf(signal));
      const cancel = this.after(ms, () => {
        signal?.removeEventListener('abort', giveUp);
        resolve();
      });
      function giveUp(): void {
        cancel();
        reject(reasonOf(signal));
      }
      signal?.addEventListener('abort', giveUp, { once: true });
    });
  }

  /** Lets a party work. @returns what it answers, or `died` */
  invoke<T>(party: Party, work: () => Promise<T>): Promise<T | 'died'> {
    return new Promise((resolve, reject) => {
      this.#deaths.set(party, () => resolve('died'));
      this.#context.run(party, () => void work().then(resolve, reject));
    });
  }

  /** Ends a party where it stands: what it has sent is on its way, what it awaits never comes. */
  kill(party: Party): void {
    if (party.isDead) return;
    Object.assign(party, { isDead: true });
    this.#deaths.get(party)?.();
  }

  /** Ends the history here. */
  halt(): void {
    this.#isHalted = true;
  }

  /** Does all that is due until a time, ms, or until nothing is. */
  async play(until = Number.POSITIVE_INFINITY): Promise<void> {
    await quiet();
    for (let task = this.#tasks.at(-1); task && task.at <= until && !this.#isHalted; task = this.#tasks.at(-1)) {
      this.#tasks.pop();
      if (task.isCancelled) continue;
      this.#now = task.at;
      task.run();
      await quiet();
    }
    if (Number.isFinite(until)) this.#now = Math.max(this.#now, until);
  }

  #placeOf({ at, number }: Task): number {
    let low = 0;
    let high = this.#tasks.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = this.#tasks[middle]!;
      if (other.at > at || (other.at === at && other.number > number)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** When everybody awaits the scheduler: a tick comes after all promises that are ready, and what follows from them. */
function quiet(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}

function reasonOf(signal: AbortSignal | undefined): Error {
  const reason: unknown = signal?.reason;
  return reason instanceof Error ? reason : new DOMException('The wait was aborted.', 'AbortError');
}
