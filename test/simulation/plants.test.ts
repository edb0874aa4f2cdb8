import { describe, expect, it } from 'vitest';
import { planHistory } from './history/plan.ts';
import { playHistory } from './history/play.ts';
import { shrinkHistory } from './history/shrink.ts';
import { INVARIANTS } from './invariants/index.ts';
import { PLANTS, plantNamed } from './plants/index.ts';

/** Each is seen sooner: `docs/simulation.md` says after how many. */
const MOST_HISTORIES = 40;

describe('A planted fault', () => {
  it.each(PLANTS)('is seen: $name', { timeout: 120_000 }, async ({ seams, breaks }) => {
    for (let seed = 1; seed <= MOST_HISTORIES; seed += 1) {
      const { violation } = await playHistory(seed, planHistory(seed), seams);
      if (!violation) continue;
      expect(breaks).toContain(violation.invariant);
      return;
    }
    expect.fail(`${MOST_HISTORIES} histories have not seen it.`);
  });

  it('breaks every promise: there is a plant for each', () => {
    const broken = new Set(PLANTS.flatMap(({ breaks }) => breaks));
    expect(INVARIANTS.filter(({ name }) => !broken.has(name))).toEqual([]);
  });
});

describe('A history that breaks a promise', () => {
  it('is shrunk to one that breaks the same promise with far fewer acts', { timeout: 120_000 }, async () => {
    const { seams } = plantNamed('strangers-secret-accepted')!;
    const acts = planHistory(12);
    const history = await playHistory(12, acts, seams);
    const shrunk = await shrinkHistory(history, acts, seams);
    expect(shrunk.violation?.invariant).toBe(history.violation?.invariant);
    expect(shrunk.coverage.get('act forged-webhook')).toBe(1);
    expect(shrunk.story.length).toBeLessThan(history.story.length / 4);
  });
});
