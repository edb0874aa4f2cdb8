import type { JsonValue } from '../../domain/json.ts';
import { isList } from './json-attributes.ts';

/** AWS, "DynamoDB item sizes and formats": a list or map costs 3 bytes and 1 more for each element. */
const CONTAINER_BYTES = 3;
const ELEMENT_BYTES = 1;

export type SizedAttributes = Readonly<Record<string, JsonValue | undefined>>;

/** Estimated size of an item, bytes: names and values, as DynamoDB counts them towards its 400 KB. Never too low. */
export function itemSize(attributes: SizedAttributes): number {
  return sum(Object.entries(attributes), ([name, value]) =>
    value === undefined ? 0 : utf8Length(name) + valueSize(value),
  );
}

export function utf8Length(text: string): number {
  return Buffer.byteLength(text, 'utf8');
}

function valueSize(value: JsonValue): number {
  if (typeof value === 'string') return utf8Length(value);
  if (typeof value === 'number') return numberSize(value);
  if (value === null || typeof value === 'boolean') return 1;
  if (isList(value)) return CONTAINER_BYTES + sum(value, (element) => ELEMENT_BYTES + valueSize(element));
  return (
    CONTAINER_BYTES + sum(Object.entries(value), ([key, inner]) => utf8Length(key) + ELEMENT_BYTES + valueSize(inner))
  );
}

/** A byte for two digits, one for the exponent, one for a sign and one for an odd start. */
function numberSize(value: number): number {
  const [digits = ''] = String(value).split('e');
  return Math.ceil(digits.replace(/\D/g, '').length / 2) + 3;
}

function sum<T>(elements: readonly T[], size: (element: T) => number): number {
  return elements.reduce((total, element) => total + size(element), 0);
}
