import { setTimeout as sleep } from 'node:timers/promises';

/** Writes come in flocks: whoever is woken by one waits so long for the next ones, in ms. */
const FLOCK_MS = 20;

/** How the readers of streams wait: for a time, or until somebody has written. */
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

  /** Somebody has written. */
  wake(): void {
    this.#wakes += 1;
    for (const ring of this.#bells) ring();
  }

  /** Waits for so many ms, less when somebody writes or has written since the mark. Throws when all is to end. */
  async wait(ms: number, mark: number): Promise<void> {
    const from = performance.now();
    if (mark === this.#wakes) await this.#untilWoken(ms);
    const left = Math.min(ms, FLOCK_MS) - (performance.now() - from);
    await this.sleep(Math.max(0, left));
  }

  /** Waits for so many ms, whoever writes. Throws when all is to end. */
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
