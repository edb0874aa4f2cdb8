import { expect, it } from 'vitest';
import { planHistory } from '../simulation/history/plan.ts';
import { playHistory } from '../simulation/history/play.ts';
import { PLANTS } from '../simulation/plants/index.ts';
import { seenAfter } from '../simulation/plants/seen-after.ts';

const SEEN = seenAfter();

it.each(PLANTS)('$name is not seen before the history that docs/simulation.md says', async ({ name, seams }) => {
  const { seed = 0 } = SEEN.get(name) ?? {};
  for (let earlier = 1; earlier < seed; earlier += 1) {
    const { violation } = await playHistory(earlier, planHistory(earlier), seams);
    expect([earlier, violation?.invariant]).toEqual([earlier, undefined]);
  }
  expect((await playHistory(seed, planHistory(seed), seams)).violation).toBeDefined();
});
