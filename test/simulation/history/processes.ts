import { drawsOf } from '../draws.ts';
import { partyOf, skewOf } from '../parties/stage.ts';
import type { Party } from '../world/scheduler.ts';

/** The containers that are warm, and the processes in them. */
export class Processes {
  readonly #seed: number;
  readonly #containers = new Map<string, unknown>();
  #begun = 0;

  constructor(seed: number) {
    this.#seed = seed;
  }

  /** How many processes there have been. */
  get begun(): number {
    return this.#begun;
  }

  /** A new process of a container. */
  begin(container: string, mostMinutes?: number): Party {
    this.#begun += 1;
    const name = `${container}-${this.#begun}`;
    return partyOf(name, skewOf(this.#seed, container, mostMinutes), drawsOf(this.#seed, 'party', this.#begun));
  }

  /** A container, which lives until its process dies. */
  container<T>(name: string, create: () => T): T {
    const known = this.#containers.get(name);
    if (known !== undefined) return known as T;
    const created = create();
    this.#containers.set(name, created);
    return created;
  }

  /** The process has died, and its container with it. */
  forget(container: string): void {
    this.#containers.delete(container);
  }
}
