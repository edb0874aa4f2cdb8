/**
 * Runs tasks of one lane one after another, and at most `limit` tasks of all lanes at a time. A lane is a user at an
 * endpoint: her messages arrive in order, and nobody waits for another user's.
 */
export class Lanes {
  readonly #limit: number;
  readonly #tails = new Map<string, Promise<unknown>>();
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** @returns What the task returns, once it had its turn. */
  run<T>(lane: string, task: () => Promise<T>): Promise<T> {
    const before = this.#tails.get(lane) ?? Promise.resolve();
    const result = before.then(() => this.#withSlot(task));
    const tail = result.then(ignore, ignore);
    this.#tails.set(lane, tail);
    void tail.finally(() => {
      if (this.#tails.get(lane) === tail) this.#tails.delete(lane);
    });
    return result;
  }

  async #withSlot<T>(task: () => Promise<T>): Promise<T> {
    if (this.#running >= this.#limit) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#running += 1;
    try {
      return await task();
    } finally {
      // The slot goes straight to the next in line, so that nobody can slip in between.
      const next = this.#waiting.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }
}

function ignore(): void {
  // A failed task must not stop the ones behind it; its caller has the error.
}
