import type { Draws } from '../draws.ts';

/** What can be wrong with the world for a while. */
export const STORMS = [
  'throttling',
  'conflicts',
  'lost-answers',
  'slow-table',
  'table-down',
  'stale-reads',
  'index-lag',
  'clerk-429',
  'clerk-500',
  'clerk-slow',
  'clerk-lag',
  'bus-down',
  'cloudwatch-down',
  'crashes',
  'webhooks-dropped',
  'webhooks-delayed',
  'webhooks-duplicated',
  'old-secret',
  'endpoint-disabled',
] as const;

export type Storm = (typeof STORMS)[number];

interface Raging {
  readonly storm: Storm;
  readonly until: number;
  readonly rate: number;
}

/** Which storms rage, and how hard. */
export class Weather {
  #raging: Raging[] = [];
  readonly #now: () => number;

  /** @param now ms */
  constructor(now: () => number) {
    this.#now = now;
  }

  begin(storm: Storm, forMs: number, rate: number): void {
    this.#raging.push({ storm, until: this.#now() + forMs, rate });
  }

  /** Whether nothing goes wrong any more. */
  isCalm = false;

  /** Ends all storms, for good. */
  calm(): void {
    this.#raging = [];
    this.isCalm = true;
  }

  /** Whether it strikes now: draws nothing in good weather. */
  strikes(storm: Storm, draws: Draws): boolean {
    const rate = this.#rateOf(storm);
    return rate > 0 && draws.chance(rate);
  }

  #rateOf(storm: Storm): number {
    let most = 0;
    for (const each of this.#raging) {
      if (each.storm === storm && each.until > this.#now() && each.rate > most) most = each.rate;
    }
    return most;
  }
}
