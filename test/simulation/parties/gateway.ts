import type { Gate } from './authorizer.ts';

/** For so long API Gateway may give the authorizer's answer again, ms: what the docs promise at most. */
export const CACHE_MS = 30_000;

/** What a request is let in or refused by. */
export interface Answered {
  readonly gate: Gate;
  /** How long ago the authorizer may have looked, ms; 0 where it was asked for this very request. */
  readonly oldestMs: number;
}

interface Kept {
  readonly gate: Gate;
  readonly until: number;
  readonly tookMs: number;
}

/** API Gateway's cache of the authorizer: by what identifies the caller, for all containers, and for what was answered only. */
export class GatewayCache {
  readonly #now: () => number;
  readonly #ttlMs: number;
  readonly #kept = new Map<string, Kept>();

  /** @param ttlMs 0 where nothing is kept */
  constructor(now: () => number, ttlMs: number) {
    this.#now = now;
    this.#ttlMs = ttlMs;
  }

  /** @param key the API, the authorizer and the token */
  async ask(key: string, authorizer: () => Promise<Gate>): Promise<Answered> {
    const known = this.#kept.get(key);
    if (known && this.#now() < known.until) return { gate: known.gate, oldestMs: CACHE_MS + known.tookMs };
    const askedAt = this.#now();
    const gate = await authorizer();
    const tookMs = this.#now() - askedAt;
    // A thrown answer, such as a 401, is no answer to keep.
    const isKept = this.#ttlMs > 0 && (gate.verdict === 'allowed' || gate.verdict === '403');
    if (isKept) this.#kept.set(key, { gate, until: this.#now() + this.#ttlMs, tookMs });
    return { gate, oldestMs: 0 };
  }
}
