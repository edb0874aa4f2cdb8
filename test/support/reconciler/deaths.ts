import type { SeededRandom } from '../../../infra/local/clerk/random.ts';
import type { StepUpdate } from './durable-host.ts';
import type { MortalWorld } from './mortal-world.ts';

/** A `kill -9` of the reconciler's process. */
export interface Death {
  /** From when the process had its event, ms. */
  readonly afterMs: number;
  /** The step that it was at. */
  readonly during: string;
}

/** What a run that was killed on its way came to. */
export interface SurvivedRun {
  readonly deaths: readonly Death[];
  readonly outcome: unknown;
  /** What it had to answer. */
  readonly expected: object;
  /** Steps whose work was done again after it was finished. */
  readonly repeated: readonly string[];
  /** Users written, and how many of those writes were owed. */
  readonly writes: { readonly made: number; readonly owed: number };
}

/** Plants drift and runs, with the process killed at moments that the random numbers choose. */
export async function runWithDeaths(
  world: MortalWorld,
  plan: { readonly random: SeededRandom; readonly withinMs: number; readonly most: number },
): Promise<SurvivedRun> {
  const expected = await world.drift();
  const { length: updatesBefore } = world.durable.updates;
  const writesBefore = await world.userWrites();
  const deaths = killAtRandom(world, plan);
  const outcome = await world.run();
  world.reconciler.onStart = () => () => undefined;
  const { created, updated, deleted } = expected as Record<'created' | 'updated' | 'deleted', number>;
  return {
    deaths,
    outcome,
    expected: { status: 'SUCCEEDED', result: expected },
    repeated: repeatedSteps(world.durable.updates.slice(updatesBefore)),
    writes: { made: (await world.userWrites()) - writesBefore, owed: created + updated + deleted },
  };
}

function killAtRandom(
  { reconciler, durable }: MortalWorld,
  { random, withinMs, most }: { random: SeededRandom; withinMs: number; most: number },
): readonly Death[] {
  const deaths: Death[] = [];
  reconciler.onStart = () => {
    if (deaths.length >= most) return () => undefined;
    const afterMs = Math.round(random.next() * withinMs);
    const timer = setTimeout(() => reconciler.kill(), afterMs);
    return (wasKilled) => {
      clearTimeout(timer);
      if (wasKilled) deaths.push({ afterMs, during: stepAtWork(durable.updates) });
    };
  };
  return deaths;
}

function stepAtWork(updates: readonly StepUpdate[]): string {
  const last = updates.at(-1);
  if (last === undefined) return 'nothing yet';
  return last.action === 'START' ? last.name : `after ${last.name}`;
}

/** Begun, or finished, after they were finished. */
function repeatedSteps(updates: readonly StepUpdate[]): readonly string[] {
  const finished = new Set<string>();
  const repeated: string[] = [];
  for (const { name, action } of updates) {
    if (finished.has(name)) repeated.push(name);
    if (action === 'SUCCEED') finished.add(name);
  }
  return repeated;
}

/** For people, past the reporter. */
export function reportDeaths(what: string, seed: number, deaths: readonly Death[]): void {
  const moments = deaths.map(({ afterMs, during }) => `${afterMs} ms (${during})`);
  process.stdout.write(`Reconciler ${what}, killed ${deaths.length} times, seed ${seed}: ${moments.join(', ')}\n`);
}
