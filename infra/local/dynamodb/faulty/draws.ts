import { createHash } from 'node:crypto';

/**
 * Numbers that a seed decides, in a sequence of its own for every purpose: which call one fault strikes does not depend on
 * what the others do.
 */
export class Draws {
  readonly #seed: number;
  readonly #drawn = new Map<string, number>();

  constructor(seed: number) {
    this.#seed = seed;
  }

  /** @returns the next number for a purpose, from 0 up to, not including, 1 */
  next(purpose: string): number {
    const count = this.#drawn.get(purpose) ?? 0;
    this.#drawn.set(purpose, count + 1);
    const digest = createHash('sha256').update(`${this.#seed} ${purpose} ${count}`).digest();
    return digest.readUInt32BE() / 2 ** 32;
  }
}
