import type { StageDefinition, ThrottleDefinition } from './definition.ts';

interface Bucket {
  tokens: number;
  at: number;
}

/** Token buckets of a stage's routes: `rate` tokens a second flow in, at most `burst` are kept. */
export class Throttle {
  readonly #stage: StageDefinition;
  readonly #buckets = new Map<string, Bucket>();

  constructor(stage: StageDefinition) {
    this.#stage = stage;
  }

  /**
   * Takes a token of the route.
   * @param now In ms.
   * @returns Whether there was one.
   */
  admits(routeKey: string, now: number): boolean {
    const { ratePerSecond, burst } = this.#limits(routeKey);
    if (ratePerSecond === undefined && burst === undefined) return true;
    const rate = ratePerSecond ?? burst ?? 0;
    const capacity = burst ?? Math.max(1, Math.ceil(rate));
    const bucket = this.#buckets.get(routeKey) ?? { tokens: capacity, at: now };
    const tokens = Math.min(capacity, bucket.tokens + ((now - bucket.at) / 1000) * rate);
    this.#buckets.set(routeKey, { tokens: tokens >= 1 ? tokens - 1 : tokens, at: now });
    return tokens >= 1;
  }

  #limits(routeKey: string): ThrottleDefinition {
    const own = this.#stage.routeThrottles.get(routeKey);
    const { defaultThrottle } = this.#stage;
    return {
      ratePerSecond: own?.ratePerSecond ?? defaultThrottle.ratePerSecond,
      burst: own?.burst ?? defaultThrottle.burst,
    };
  }
}
