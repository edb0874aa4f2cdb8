import { applySnapshot } from '../../../shared/sync/apply-snapshot.ts';
import { readSnapshot } from '../../../shared/sync/read-user.ts';
import { drawsOf } from '../draws.ts';
import { partsOf } from '../parties/stage.ts';
import type { Seams } from '../plants/plant.ts';
import { asRead } from '../world/people.ts';
import { askHealth } from './health-acts.ts';
import { ClerkActs } from './clerk-acts.ts';
import { perform } from './perform.ts';
import type { Act } from './plan.ts';
import type { Violation } from './simulation.ts';
import { BEGIN, NO_DEFECT, Simulation } from './simulation.ts';

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
  if (simulation.violations.length === 0) await comeToRest(simulation);
  const { seed, story, events, coverage, violations } = simulation;
  return { seed, story, events, coverage, violation: violations[0] };
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

/** Longer than any clock is off, and than a tombstone resists a read, ms. */
const REST_MS = 20 * 60_000;

/** The faults end, all that is under way ends, and one clean full run follows, forced where somebody has edited items; where it is held, its approval. */
async function comeToRest(simulation: Simulation): Promise<void> {
  const { scheduler, weather, table } = simulation;
  weather.calm();
  simulation.tell('world', 'comes to rest');
  await scheduler.play(scheduler.now + REST_MS);
  const summary = await runToItsEnd(simulation, { mode: 'full', ...(simulation.isEdited && { force: true }) });
  if (summary?.status === 'held') await runToItsEnd(simulation, { mode: 'approve', run: summary.runId });
  if (simulation.violations.length === 0) await simulation.atRest();
  simulation.keep(askHealth(simulation, true));
  await scheduler.play();
  if (simulation.violations.length > 0 || !drawsOf(simulation.seed, 'replay').chance(0.3)) return;
  const before = table.store.users();
  await resendAll(simulation);
  simulation.replayed(before);
}

async function runToItsEnd(simulation: Simulation, event: Parameters<Simulation['run']>[0]) {
  const running = simulation.run(event);
  await simulation.scheduler.play();
  if (simulation.violations.length > 0) return undefined;
  if (simulation.underWay().length > 0) {
    simulation.broken(NO_DEFECT, 'Everything has come to an end but a run: it waits for something that never comes.');
    return undefined;
  }
  const summary = await running;
  if (summary === undefined || summary.status === 'failed') {
    simulation.broken('table-equals-clerk', `The clean run failed: ${summary?.failedBecause ?? 'it never ended'}.`);
  }
  return summary;
}

/** Every accepted message once more, in another order. */
async function resendAll(simulation: Simulation): Promise<void> {
  const draws = drawsOf(simulation.seed, 'resend');
  const { scheduler, svix, accepted } = simulation;
  const messages = [...accepted.values()].toSorted(() => draws.next() - 0.5);
  for (const [n, message] of messages.entries()) {
    scheduler.at(scheduler.now + n * 7, () => simulation.keep(svix.resend(message)));
  }
  await scheduler.play();
}
