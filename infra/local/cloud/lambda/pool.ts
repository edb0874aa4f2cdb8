import type { InvocationResult } from '../../invocation.ts';
import type { FunctionInstance, Job } from './instance.ts';

interface Waiting {
  readonly job: Job;
  settle(result: InvocationResult): void;
  fail(error: unknown): void;
}

export interface PoolOptions {
  /** At most this many processes at once. */
  readonly largest: number;
  create(): FunctionInstance;
}

/** A process that has had nothing to do for so long is ended; the next invocation is a cold start. */
const IDLE_MS = 5 * 60_000;
const CLOSED = 'The local cloud is closed: it runs no functions any more.';

/** The instances of one version of a function. Work waits in order; idle instances are used before new ones start. */
export class InstancePool {
  readonly #options: PoolOptions;
  readonly #all = new Set<FunctionInstance>();
  readonly #idle: { instance: FunctionInstance; since: number }[] = [];
  readonly #queue: Waiting[] = [];
  readonly #sweep: NodeJS.Timeout;
  #starting = 0;
  #closed = false;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#sweep = setInterval(() => this.#endIdle(Date.now() - IDLE_MS), IDLE_MS / 5).unref();
  }

  run(job: Job): Promise<InvocationResult> {
    if (this.#closed) return Promise.reject(new Error(CLOSED));
    return new Promise((settle, fail) => {
      this.#queue.push({ job, settle, fail });
      this.#pump();
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#sweep);
    for (const waiting of this.#queue.splice(0)) waiting.fail(new Error(CLOSED));
    await Promise.all([...this.#all].map((instance) => instance.close()));
  }

  #pump(): void {
    if (this.#closed) return;
    while (this.#queue.length > 0) {
      const idle = this.#idle.pop();
      if (idle === undefined) break;
      void this.#assign(idle.instance, this.#queue.shift());
    }
    const wanted = Math.min(this.#queue.length - this.#starting, this.#options.largest - this.#all.size);
    for (let started = 0; started < wanted; started += 1) void this.#startOne();
  }

  async #startOne(): Promise<void> {
    const instance = this.#options.create();
    this.#all.add(instance);
    this.#starting += 1;
    try {
      const outcome = await instance.start();
      if (outcome === 'ready') this.#idle.push({ instance, since: Date.now() });
      else this.#queue.shift()?.settle(outcome);
    } catch (error) {
      this.#queue.shift()?.fail(error);
    }
    this.#starting -= 1;
    await this.#discardIfGone(instance);
    this.#pump();
  }

  async #assign(instance: FunctionInstance, waiting: Waiting | undefined): Promise<void> {
    if (waiting === undefined) return;
    const outcome = await instance.run(waiting.job);
    if (outcome !== 'gone') waiting.settle(outcome);
    else if (this.#closed) waiting.fail(new Error(CLOSED));
    else this.#queue.unshift(waiting);
    if (instance.alive) this.#idle.push({ instance, since: Date.now() });
    await this.#discardIfGone(instance);
    this.#pump();
  }

  async #discardIfGone(instance: FunctionInstance): Promise<void> {
    if (instance.alive && !this.#closed) return;
    this.#all.delete(instance);
    await instance.close();
  }

  #endIdle(before: number): void {
    const stale = this.#idle.filter((entry) => entry.since < before);
    for (const entry of stale) {
      this.#idle.splice(this.#idle.indexOf(entry), 1);
      this.#all.delete(entry.instance);
      void entry.instance.close();
    }
  }
}
