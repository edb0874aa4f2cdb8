import { describe, expect, it } from 'vitest';
import { planHistory } from './history/plan.ts';
import { playHistory } from './history/play.ts';

/** `SIMULATION_SEED=17 npx vitest run --project simulation` plays one history again. */
const given = process.env['SIMULATION_SEED'];
const HISTORIES = 120;
const SEEDS = given === undefined ? Array.from({ length: HISTORIES }, (_, n) => n + 1) : [Number(given)];

/** Fewer would be no history to speak of. */
const FEWEST_EVENTS = 200;

describe('Histories of the real functions over a world where everything goes wrong', () => {
  it('break no promise', { timeout: 180_000 }, async () => {
    for (const seed of SEEDS) {
      const { violation, events } = await playHistory(seed, planHistory(seed));
      expect({ seed, violation }).toEqual({ seed, violation: undefined });
      expect(events).toBeGreaterThanOrEqual(FEWEST_EVENTS);
    }
  });
});
