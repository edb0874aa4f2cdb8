/** Enough for any laptop; beyond it the oldest answers are forgotten. */
const MOST_CACHED = 10_000;

interface Cached {
  readonly answer: unknown;
  /** ms since the epoch. */
  readonly until: number;
}

/** What an authorizer has answered, for as long as API Gateway would keep it. What nobody may use any more takes no room. */
export class AnswerCache {
  readonly #ttlMs: number;
  readonly #now: () => number;
  /** All are kept equally long: the first is the next to go. */
  readonly #answers = new Map<string, Cached>();

  /** @param ttlMs 0 keeps nothing */
  constructor(ttlMs: number, now: () => number = Date.now) {
    this.#ttlMs = ttlMs;
    this.#now = now;
  }

  get size(): number {
    return this.#answers.size;
  }

  /** @returns undefined for an identity that was not asked about, or too long ago */
  get(identity: string): { readonly answer: unknown } | undefined {
    const cached = this.#answers.get(identity);
    return cached !== undefined && cached.until > this.#now() ? cached : undefined;
  }

  put(identity: string, answer: unknown): void {
    if (this.#ttlMs === 0) return;
    const now = this.#now();
    this.#answers.delete(identity);
    this.#answers.set(identity, { answer, until: now + this.#ttlMs });
    for (const [oldest, { until }] of this.#answers) {
      if (until > now && this.#answers.size <= MOST_CACHED) return;
      this.#answers.delete(oldest);
    }
  }
}
