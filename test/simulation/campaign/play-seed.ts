import { planHistory } from '../history/plan.ts';
import type { History } from '../history/play.ts';
import { playHistory } from '../history/play.ts';
import { shrinkHistory } from '../history/shrink.ts';
import type { Violation } from '../history/chronicle.ts';
import { plantNamed } from '../plants/index.ts';
import type { Coverage } from './coverage.ts';

/** What a campaign keeps of one history. */
export interface Played {
  readonly seed: number;
  readonly events: number;
  readonly coverage: Coverage;
  readonly violation?: Violation;
  /** The shortest history found that breaks the same promise, line by line. */
  readonly story?: readonly string[];
}

/** @param plant name of the fault that is planted, if one is */
export async function playSeed(seed: number, plant: string | undefined): Promise<Played> {
  const { history, acts, seams } = await playWhole(seed, plant);
  const { events, violation } = history;
  const played = { seed, events, coverage: Object.fromEntries(history.coverage) };
  if (!violation) return played;
  const { story } = await shrinkHistory(history, acts, seams);
  return { ...played, violation, story };
}

/** One history from its beginning to its end, with its whole story. */
export async function playWhole(seed: number, plant: string | undefined) {
  const seams = plant === undefined ? {} : (plantNamed(plant)?.seams ?? {});
  const acts = planHistory(seed);
  const history: History = await playHistory(seed, acts, seams);
  return { history, acts, seams };
}
