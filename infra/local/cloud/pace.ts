import { setTimeout as sleep } from 'node:timers/promises';

/** What wakes comes in flocks, as writes do: whoever is woken waits at least so long for the next ones, in ms. */
const FLOCK_MS = 20;

/** How one waits who looks for work again and again: for a time, or until there may be some. */
export class Pace {
  readonly #signal: AbortSignal;
  readonly #bells = new Set<() => void>();
  #wakes = 0;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    signal.addEventListener('abort', () => this.wake(), { once: true });
  }

  /** To be taken before looking for work, and given to `wait` when there was none: what comes in between is not missed. */
  get mark(): number {
    return this.#wakes;
  }

  /** There may be work. */
  wake(): void {
    this.#wakes += 1;
    for (const ring of this.#bells) ring();
  }

  /** Waits for so many ms, less when woken then or since the mark. Throws when all is to end. */
  async wait(ms: number, mark: number): Promise<void> {
    const from = performance.now();
    if (mark === this.#wakes) await this.#untilWoken(ms);
    const left = Math.min(ms, FLOCK_MS) - (performance.now() - from);
    await this.sleep(Math.max(0, left));
  }

  /** Waits for so many ms, whoever wakes. Throws when all is to end. */
  async sleep(ms: number): Promise<void> {
    if (ms > 0) await sleep(ms, undefined, { signal: this.#signal });
    this.#signal.throwIfAborted();
  }

  #untilWoken(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        this.#bells.delete(end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      this.#bells.add(end);
    });
  }
}
