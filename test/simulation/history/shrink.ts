import type { Seams } from '../plants/plant.ts';
import type { Act } from './plan.ts';
import type { History } from './play.ts';
import { playHistory } from './play.ts';

/** Histories that are played at most to make one shorter. */
const MOST_TRIALS = 300;

/**
 * A shorter history that breaks the same promise: acts are left out, many at first and then fewer, as long as it still does.
 * Each act draws from a stream of its own, so that what is left happens much as it did.
 */
export async function shrinkHistory(history: History, acts: readonly Act[], seams: Seams = {}): Promise<History> {
  const invariant = history.violation?.invariant;
  let [shortest, kept] = [history, acts];
  let trials = 0;
  for (let size = Math.ceil(acts.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = kept.length - size; from > -size && trials < MOST_TRIALS; from -= size) {
      const fewer = kept.filter((_, n) => n < from || n >= from + size);
      if (fewer.length === kept.length) continue;
      trials += 1;
      const tried = await playHistory(history.seed, fewer, seams);
      if (tried.violation?.invariant !== invariant) continue;
      [shortest, kept] = [tried, fewer];
    }
  }
  return shortest;
}
