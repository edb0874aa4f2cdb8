export interface RateLimitOptions {
  readonly requests: number;
  readonly windowMs: number;
}

export type RateLimitDecision =
  | { readonly allowed: true }
  | { readonly allowed: false; readonly retryAfterSeconds: number };

/**
 * Counts requests in windows that begin with the first request after the last one ended. It runs on the wall clock:
 * a client waits for `Retry-After` in real seconds, wherever the local clock was moved to.
 */
export class RateLimit {
  readonly #options: RateLimitOptions;
  #windowEnd = 0;
  #used = 0;

  constructor(options: RateLimitOptions) {
    this.#options = options;
  }

  take(): RateLimitDecision {
    const now = performance.now();
    if (now >= this.#windowEnd) {
      this.#windowEnd = now + this.#options.windowMs;
      this.#used = 0;
    }
    this.#used += 1;
    if (this.#used <= this.#options.requests) return { allowed: true };
    return { allowed: false, retryAfterSeconds: this.#secondsLeft(now) };
  }

  /** Rounded up: waiting this long is always enough. */
  #secondsLeft(now: number): number {
    return Math.max(1, Math.ceil((this.#windowEnd - now) / 1000));
  }
}
