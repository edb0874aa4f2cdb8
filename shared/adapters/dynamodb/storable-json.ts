import type { JsonValue } from '../../domain/json.ts';
import { isList } from './json-attributes.ts';
import { utf8Length } from './item-size.ts';

/**
 * AWS's limit on nesting. An attribute's own value is level 1, so that 31 maps around a string are kept and 32 are refused
 * (measured against dynoxide, which follows recordings of DynamoDB).
 */
const DEEPEST_LEVEL = 32;

/** The range of DynamoDB's numbers; a double inside it and not beyond the safe integers comes back as it went in. */
const SMALLEST_NUMBER = 1e-130;
const LARGEST_NUMBER = 9.99e125;

const LONGEST_NAME_BYTES = 65_535;

export type JsonFlaw = 'number' | 'nesting' | 'text' | 'name';

/** @returns why DynamoDB cannot keep a JSON value faithfully; undefined when it can */
export function flawOfJson(value: JsonValue, level = 1): JsonFlaw | undefined {
  if (level > DEEPEST_LEVEL) return 'nesting';
  if (typeof value === 'string') return value.isWellFormed() ? undefined : 'text';
  if (typeof value === 'number') return isKeptExactly(value) ? undefined : 'number';
  if (typeof value === 'boolean' || value === null) return undefined;
  if (isList(value)) return firstFlaw(value, (element) => flawOfJson(element, level + 1));
  return firstFlaw(Object.entries(value), ([name, inner]) => flawOfName(name) ?? flawOfJson(inner, level + 1));
}

/** An integer that a double holds exactly, or a fraction that DynamoDB does not round to nothing. */
export function isKeptExactly(value: number): boolean {
  const magnitude = Math.abs(value);
  if (Number.isInteger(value)) return magnitude <= Number.MAX_SAFE_INTEGER;
  return magnitude >= SMALLEST_NUMBER && magnitude <= LARGEST_NUMBER;
}

/** DynamoDB's names have 1 byte to 64 KB; the SDK loses a key that is called like JavaScript's link to the prototype. */
function flawOfName(name: string): JsonFlaw | undefined {
  if (!name.isWellFormed()) return 'text';
  const length = utf8Length(name);
  return length === 0 || length > LONGEST_NAME_BYTES || name === '__proto__' ? 'name' : undefined;
}

function firstFlaw<T>(elements: readonly T[], flawOf: (element: T) => JsonFlaw | undefined): JsonFlaw | undefined {
  for (const element of elements) {
    const flaw = flawOf(element);
    if (flaw) return flaw;
  }
  return undefined;
}
