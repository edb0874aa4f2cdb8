import type { Contestant, Measurement, RowDefinition, Sample, Samples } from './measurement.ts';
import { orderOf, summarise } from './statistics.ts';
import type { World } from './world.ts';

/** A line of the result. */
export interface Row {
  readonly name: string;
  /** Median of the rounds. */
  readonly value: number;
  readonly unit: string;
  /** Null where a number is told for information only. */
  readonly target: string | null;
  /** Whether the target is met; true where there is none. */
  readonly ok: boolean;
  /** Interquartile range of the rounds, in the same unit. */
  readonly spread: number;
  readonly detail?: string;
}

export interface RunOptions {
  readonly rounds: number;
  /** Called before each round. */
  readonly onRound: (measurement: Measurement, round: number, rounds: number) => void;
}

/** Measures one after the other; within each, the contestants take turns. */
export async function runMeasurements(
  world: World,
  measurements: readonly Measurement[],
  options: RunOptions,
): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const measurement of measurements) {
    const samples = await measure(world, measurement, options);
    rows.push(...measurement.rows(samples).map((definition) => rowOf(measurement, definition)));
  }
  return rows;
}

async function measure(world: World, measurement: Measurement, options: RunOptions): Promise<Samples> {
  const rounds = measurement.rounds(options.rounds);
  const taken = new Map<string, Sample[]>();
  options.onRound(measurement, 0, rounds);
  const contestants = await measurement.start(world);
  for (let round = 0; round < rounds; round += 1) {
    if (round > 0) options.onRound(measurement, round, rounds);
    for (const contestant of orderOf(contestants, round)) await takeSample(contestant, taken);
  }
  await world.host.endSubjects();
  return samplesOf(taken);
}

async function takeSample({ name, sample }: Contestant, taken: Map<string, Sample[]>): Promise<void> {
  taken.set(name, [...(taken.get(name) ?? []), await sample()]);
}

function samplesOf(taken: ReadonlyMap<string, readonly Sample[]>): Samples {
  return {
    contestants: [...taken.keys()],
    quantitiesOf: (contestant) => Object.keys(taken.get(contestant)?.[0] ?? {}),
    of(contestant, quantity) {
      const values = (taken.get(contestant) ?? []).map((sample) => sample[quantity]);
      const known = values.filter((value) => value !== undefined);
      if (known.length > 0 && known.length === values.length) return known;
      throw new Error(`Nobody measured the quantity "${quantity}" of "${contestant}".`);
    },
  };
}

function rowOf(measurement: Measurement, { suffix, unit, values, target, detail }: RowDefinition): Row {
  const { median, spread } = summarise(values);
  return {
    name: `${measurement.name}${suffix}`,
    value: median,
    unit,
    target: target?.text ?? null,
    ok: target?.isMet(median) ?? true,
    spread,
    ...(detail === undefined ? {} : { detail }),
  };
}
