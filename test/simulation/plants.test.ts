import { describe, expect, it } from 'vitest';
import { planHistory } from './history/plan.ts';
import type { History } from './history/play.ts';
import { playHistory } from './history/play.ts';
import { shrinkHistory } from './history/shrink.ts';
import { INVARIANTS } from './invariants/index.ts';
import { PLANTS, plantNamed } from './plants/index.ts';
import type { Seams } from './plants/plant.ts';

/** Each is seen sooner: `docs/simulation.md` says after how many. */
const MOST_HISTORIES = 60;

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

async function firstSeen(seams: Seams): Promise<[number, History]> {
  for (let seed = 1; ; seed += 1) {
    const history = await playHistory(seed, planHistory(seed), seams);
    // A history that ends with its first act leaves nothing to leave out.
    if (history.violation && actsOf(history) > 40) return [seed, history];
  }
}

function actsOf({ coverage }: History): number {
  return [...coverage].reduce((acts, [what, times]) => acts + (what.startsWith('act ') ? times : 0), 0);
}

describe('A history that breaks a promise', () => {
  it('is shrunk to one that breaks the same promise with far fewer acts', { timeout: 120_000 }, async () => {
    const { seams } = plantNamed('answers-before-applying')!;
    const [seed, history] = await firstSeen(seams);
    const shrunk = await shrinkHistory(history, planHistory(seed), seams);
    expect(shrunk.violation?.invariant).toBe(history.violation?.invariant);
    expect(actsOf(shrunk)).toBeLessThan(actsOf(history) / 4);
    expect(shrunk.story.at(-1)).toContain('BROKEN');
  });
});
