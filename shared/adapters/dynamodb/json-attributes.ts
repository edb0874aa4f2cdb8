import type { JsonObject, JsonValue } from '../../domain/json.ts';

/** What this adapter hands to the document client, whose own type takes anything. */
export type AttributeInput =
  | string
  | number
  | boolean
  | null
  | AttributeInput[]
  | Map<string, AttributeInput>
  | ReadonlySet<string>;

/**
 * A JSON value as the document client takes one. Objects go in as a `Map`: the client tells values apart by their
 * `constructor` property, so that metadata with a key of that name would be refused or stored as something else.
 */
export function toAttribute(value: JsonValue): AttributeInput {
  if (isList(value)) return value.map(toAttribute);
  if (typeof value === 'object' && value !== null) return toMap(value);
  return value;
}

function toMap(object: JsonObject): Map<string, AttributeInput> {
  return new Map(Object.entries(object).map(([key, value]) => [key, toAttribute(value)]));
}

/** `Array.isArray` does not tell a readonly array from an object. */
export function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/**
 * What an item holds, as JSON. JSON comes back as it went in; what only the application can have written is shown in
 * JSON's nearest form: sets as lists, bytes as base64, a number that a double cannot hold as its digits.
 *
 * @throws TypeError for a value that no item can hold
 */
export function toJson(value: unknown): JsonValue {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
    return value;
  }
  if (Array.isArray(value)) return value.map((element: unknown) => toJson(element));
  if (value instanceof Set) return [...value].map((element: unknown) => toJson(element));
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (typeof value === 'object') return toJsonObject(value);
  throw new TypeError(`An item cannot hold a ${typeof value}.`);
}

export function toJsonObject(value: object): JsonObject {
  return Object.fromEntries(Object.entries(value).map(([key, inner]: [string, unknown]) => [key, toJson(inner)]));
}

/** Reads DynamoDB's decimal text: as a number where a double holds it, else the text itself. */
export function exactNumber(digits: string): number | string {
  const value = Number(digits);
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? digits : value;
}
