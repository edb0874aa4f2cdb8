import { applySnapshot } from '../../../shared/sync/apply-snapshot.ts';
import { readSnapshot } from '../../../shared/sync/read-user.ts';
import { drawsOf } from '../draws.ts';
import { partsOf } from '../parties/stage.ts';
import type { Seams } from '../plants/plant.ts';
import { asRead } from '../world/people.ts';
import type { Violation } from './chronicle.ts';
import { BEGIN } from './chronicle.ts';
import { ClerkActs } from './clerk-acts.ts';
import { comeToRest } from './come-to-rest.ts';
import { perform } from './perform.ts';
import type { Act } from './plan.ts';
import { Simulation } from './simulation.ts';

export interface History {
  readonly seed: number;
  /** One line for everything that happened, in order. */
  readonly story: readonly string[];
  /** Acts, deliveries and requests. */
  readonly events: number;
  readonly coverage: ReadonlyMap<string, number>;
  /** The first promise that was broken, if one was. */
  readonly violation: Violation | undefined;
}

/** Plays one history: the same seed, acts and seams play the same one, to the byte. */
export async function playHistory(seed: number, acts: readonly Act[], seams: Seams = {}): Promise<History> {
  const simulation = new Simulation(seed, seams);
  const machines = Date.now;
  // Clerk's package reads the machine's clock: here that is the clock of whoever is at work.
  Date.now = () => simulation.scheduler.clock.now();
  try {
    return await playThrough(simulation, acts);
  } finally {
    Date.now = machines;
  }
}

async function playThrough(simulation: Simulation, acts: readonly Act[]): Promise<History> {
  const populated = populate(simulation);
  await simulation.scheduler.play();
  await populated;
  for (const act of acts) simulation.scheduler.at(BEGIN + 60_000 + act.at, () => perform(simulation, act));
  await simulation.scheduler.play();
  if (!simulation.chronicle.isBroken) await comeToRest(simulation);
  const { story, events, coverage, violations } = simulation.chronicle;
  return { seed: simulation.seed, story, events, coverage, violation: violations[0] };
}

/** Users that Clerk has from before; the table has most of them or, after a loss, hardly any. */
async function populate(simulation: Simulation): Promise<void> {
  const draws = drawsOf(simulation.seed, 'population');
  const { stage, scheduler } = simulation;
  const clerk = new ClerkActs(simulation, draws);
  const parts = partsOf(stage, 'admin');
  const missing = draws.pick([0.2, 0.2, 0.2, 0.9]);
  const createdAt = BEGIN - draws.between(1, 300) * 86_400_000;
  for (let n = draws.pick([0, 6, 12, 24]); n > 0; n -= 1) {
    const isTwin = draws.chance(0.3);
    const person = clerk.create(
      { createdAt: isTwin ? createdAt : createdAt + n * 3_600_000, updatedAt: BEGIN - n * 60_001 },
      false,
    );
    if (draws.chance(missing)) continue;
    const read = readSnapshot(asRead(person), scheduler.now, 'none');
    await applySnapshot(parts, read, { path: 'reconciler', budgetMs: 5_000 });
  }
}
