import { PLANTS, plantNamed } from '../plants/index.ts';

export interface SimulateOptions {
  readonly histories: number;
  readonly seed: number;
  readonly from: number;
  readonly plant: string | undefined;
  readonly replay: number | undefined;
}

/** An option that cannot be used; the message says which, and what to give instead. */
export class OptionInvalid extends Error {
  override readonly name = 'OptionInvalid';
}

/** Histories that a command plays unless told otherwise; where a fault is planted it ends with the first that sees it. */
const HISTORIES = 1_000;
const PLANTED_HISTORIES = 10_000;

interface Given {
  readonly histories?: string | undefined;
  readonly seed?: string | undefined;
  readonly from?: string | undefined;
  readonly plant?: string | undefined;
  readonly replay?: string | undefined;
}

/** @throws OptionInvalid */
export function simulateOptions({ histories, seed, from, plant, replay }: Given): SimulateOptions {
  if (plant !== undefined && !plantNamed(plant)) {
    throw new OptionInvalid(`There is no plant "${plant}". There are ${PLANTS.map(({ name }) => name).join(', ')}.`);
  }
  const options = {
    histories: numberOf('histories', histories, 1) ?? (plant === undefined ? HISTORIES : PLANTED_HISTORIES),
    seed: numberOf('seed', seed, 0) ?? 1,
    from: numberOf('from', from, 0) ?? 0,
    plant,
    replay: numberOf('replay', replay, 0),
  };
  if (options.from >= options.histories) {
    throw new OptionInvalid(`--from ${options.from} leaves nothing to do of ${options.histories} histories.`);
  }
  return options;
}

/** Seeds have 32 bits. */
const LARGEST = 2 ** 32 - 1;

function numberOf(name: string, text: string | undefined, least: number): number | undefined {
  if (text === undefined) return undefined;
  const number = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (number >= least && number <= LARGEST) return number;
  throw new OptionInvalid(`--${name} must be a whole number from ${least} to ${LARGEST}, not "${text}".`);
}
