import type { World } from './world.ts';

/** What one contestant needed in one round, by quantity: `{ cpu: 0.41, wall: 0.52 }`. */
export type Sample = Readonly<Record<string, number>>;

/** One of those that are measured in turn. */
export interface Contestant {
  readonly name: string;
  readonly sample: () => Promise<Sample>;
}

/** A family of rows that come out of the same rounds. A new one is a file beside the others, named in `measurements/index.ts`. */
export interface Measurement {
  /** The names of its rows begin with it, and `--only` looks for it: `authorizer.repeated`. */
  readonly name: string;
  /** About how long the start and one round take, s: for the estimate of the time left. */
  readonly seconds: { readonly start: number; readonly round: number };
  /** How many rounds it takes where so many are asked for: short samples need more of them, and a size does not vary. */
  rounds(asked: number): number;
  /** Starts and warms up what is measured; the world ends it after the last round. */
  start(world: World): Promise<readonly Contestant[]>;
  /** The rows, from the samples of all rounds. */
  rows(samples: Samples): readonly RowDefinition[];
}

/** The samples of all rounds. */
export interface Samples {
  /** Names of the contestants. */
  readonly contestants: readonly string[];
  /**
   * One value for each round.
   * @throws when there is no such contestant or quantity: a mistake in a row
   */
  of(contestant: string, quantity: string): readonly number[];
  /** What was measured of one. */
  quantitiesOf(contestant: string): readonly string[];
}

export interface RowDefinition {
  /** What stands behind the measurement's name: `/naive` for ours divided by the naive peer's; empty for ours alone. */
  readonly suffix: string;
  readonly unit: '×' | '$' | 'ms' | 'µs' | 'KiB' | 'bytes' | 'calls' | 'units' | 'modules' | '/s';
  /** One value for each round. */
  readonly values: readonly number[];
  readonly target?: Target;
  /** What a reader needs to know beside the number. */
  readonly detail?: string;
}

/** Ends the name of a row that compares two runs of the same code: the A/A control. */
export const CONTROL = '/control';

export interface Target {
  readonly text: string;
  isMet(median: number): boolean;
}

/** Ratios of the same round: what disturbed the round disturbed both. */
export function ratio(over: readonly number[], under: readonly number[]): readonly number[] {
  return over.map((value, round) => value / (under[round] ?? Number.NaN));
}

export function atMost(limit: number): Target {
  return { text: `≤ ${limit}`, isMet: (median) => median <= limit };
}

/** For what is counted. */
export function exactly(number: number): Target {
  return { text: `${number}`, isMet: (median) => median === number };
}

/** As near to 1 as two runs of the same code must come. */
export function oneWithin(share: number): Target {
  return { text: `1 ± ${share}`, isMet: (median) => Math.abs(median - 1) <= share };
}
