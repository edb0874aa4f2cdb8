import type { Trouble } from './contract.ts';
import { Unreachable } from './sources/call.ts';

/** Which parts did not answer when they were looked at last. */
export class Troubles {
  readonly #parts = new Map<string, string>();

  get list(): readonly Trouble[] {
    return [...this.#parts].map(([part, problem]) => ({ part, problem }));
  }

  clear(): void {
    this.#parts.clear();
  }

  /** What a part says; where it does not answer, that is noted, and what is given instead is returned. */
  async unless<T>(ask: () => Promise<T>, instead: T): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      this.#parts.set(error.part, error.message);
      return instead;
    }
  }
}
