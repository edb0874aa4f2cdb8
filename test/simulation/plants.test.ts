import { describe, expect, it } from 'vitest';
import { planHistory } from './history/plan.ts';
import type { History } from './history/play.ts';
import { playHistory } from './history/play.ts';
import { shrinkHistory } from './history/shrink.ts';
import { INVARIANTS } from './invariants/index.ts';
import { PLANTS, plantNamed } from './plants/index.ts';
import type { Seams } from './plants/plant.ts';
import { seenAfter } from './plants/seen-after.ts';

const SEEN = seenAfter();

describe('A planted fault', () => {
  it('has its line in docs/simulation.md, each', () => {
    expect([...SEEN.keys()]).toEqual(PLANTS.map(({ name }) => name));
  });

  // That none of the histories before has seen it, `npm run test:long` looks at.
  it.each(PLANTS)('is seen where the docs say so: $name', { timeout: 120_000 }, async ({ name, seams, breaks }) => {
    const { seed = 0, invariant = '' } = SEEN.get(name) ?? {};
    const { violation } = await playHistory(seed, planHistory(seed), seams);
    expect(violation?.invariant).toBe(invariant);
    expect(breaks).toContain(invariant);
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
