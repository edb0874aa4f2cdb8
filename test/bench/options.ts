import type { Measurement } from './measurement.ts';

/** The command line of the bench as it was typed. */
export interface BenchArguments {
  readonly rounds?: string | undefined;
  readonly only?: string | undefined;
}

export interface BenchOptions {
  readonly rounds: number;
  readonly measurements: readonly Measurement[];
}

/** An option whose value cannot be used; the message says what to give instead. */
export class OptionInvalid extends Error {
  override readonly name = 'OptionInvalid';
}

const DEFAULT_ROUNDS = '20';
/** Quartiles of fewer mean nothing. */
const FEWEST_ROUNDS = 4;
const MOST_ROUNDS = 1_000;

/**
 * @param measurements all there are
 * @throws OptionInvalid
 */
export function benchOptions(given: BenchArguments, measurements: readonly Measurement[]): BenchOptions {
  return { rounds: roundsOf(given.rounds ?? DEFAULT_ROUNDS), measurements: chosen(given.only, measurements) };
}

function roundsOf(text: string): number {
  const rounds = Number(text);
  if (Number.isInteger(rounds) && rounds >= FEWEST_ROUNDS && rounds <= MOST_ROUNDS) return rounds;
  throw new OptionInvalid(`--rounds ${text}: give a whole number from ${FEWEST_ROUNDS} to ${MOST_ROUNDS}.`);
}

function chosen(pattern: string | undefined, measurements: readonly Measurement[]): readonly Measurement[] {
  if (pattern === undefined) return measurements;
  const expression = expressionOf(pattern);
  const found = measurements.filter(({ name }) => expression.test(name));
  if (found.length > 0) return found;
  const names = measurements.map(({ name }) => `"${name}"`).join(', ');
  throw new OptionInvalid(`--only ${pattern} fits no measurement: give a part of ${names}, or a regular expression.`);
}

function expressionOf(pattern: string): RegExp {
  try {
    return new RegExp(pattern, 'i');
  } catch {
    throw new OptionInvalid(
      `--only ${pattern} is no regular expression: give a part of a measurement's name, or a correct one.`,
    );
  }
}
