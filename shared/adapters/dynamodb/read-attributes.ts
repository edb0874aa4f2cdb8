import type { JsonObject } from '../../domain/json.ts';
import { TABLE } from '../../names/table.ts';
import { MalformedItem } from '../../ports/malformed-item.ts';
import type { Attributes } from './attribute-value.ts';
import { toJsonObject } from './json-attributes.ts';

/** Reads an item's attributes one by one; the first that is not what it must be ends it with MalformedItem. */
export class AttributeReader {
  readonly #item: Attributes;
  /** How messages name the item. */
  readonly #key: string;

  constructor(item: Attributes, key = keyOfItem(item)) {
    this.#item = item;
    this.#key = key;
  }

  has(name: string): boolean {
    return this.#item[name] !== undefined;
  }

  text(name: string): string {
    const value = this.#item[name];
    return typeof value === 'string' ? value : this.#fail(name, 'a string');
  }

  textOrNull(name: string): string | null {
    return this.#item[name] === null ? null : this.text(name);
  }

  optionalText(name: string): string | undefined {
    return this.has(name) ? this.text(name) : undefined;
  }

  number(name: string): number {
    const value = this.#item[name];
    return typeof value === 'number' ? value : this.#fail(name, 'a number');
  }

  optionalNumber(name: string): number | undefined {
    return this.has(name) ? this.number(name) : undefined;
  }

  flag(name: string): boolean {
    const value = this.#item[name];
    return typeof value === 'boolean' ? value : this.#fail(name, 'a boolean');
  }

  /** A time that is kept as ISO text. @returns ms */
  time(name: string): number {
    const ms = Date.parse(this.text(name));
    return Number.isNaN(ms) ? this.#fail(name, 'a time in ISO 8601') : ms;
  }

  optionalTime(name: string): number | undefined {
    return this.has(name) ? this.time(name) : undefined;
  }

  /** A text that is one of `values`. */
  oneOf<T extends string>(name: string, values: readonly T[]): T {
    const found = values.find((value) => value === this.#item[name]);
    return found ?? this.#fail(name, `one of ${values.join(', ')}`);
  }

  /** A list of texts. */
  texts(name: string): string[] {
    const list: unknown = this.#item[name];
    return isTexts(list) ? list : this.#fail(name, 'a list of strings');
  }

  /** A set of texts, in order; none where the attribute is missing: DynamoDB keeps no empty set. */
  textSet(name: string): string[] {
    if (!this.has(name)) return [];
    const set = this.#item[name];
    const members: unknown = set instanceof Set ? [...set] : undefined;
    return isTexts(members) ? members.toSorted() : this.#fail(name, 'a set of strings');
  }

  json(name: string): JsonObject {
    return toJsonObject(this.#map(name));
  }

  /** A map that somebody else writes: what they make of it must not break what is ours. Empty where it is no map. */
  jsonOrEmpty(name: string): JsonObject {
    return isMap(this.#item[name]) ? this.json(name) : {};
  }

  /** A map whose values are all numbers. */
  numbers(name: string): Record<string, number> {
    const inner = this.inside(name);
    return Object.fromEntries(Object.keys(this.#map(name)).map((key) => [key, inner.number(key)]));
  }

  /** Names of all attributes. */
  names(): string[] {
    return Object.keys(this.#item);
  }

  /** Reads on inside a map. */
  inside(name: string): AttributeReader {
    return new AttributeReader(this.#map(name), `${this.#key}, in "${name}"`);
  }

  #map(name: string): Attributes {
    const value = this.#item[name];
    return isMap(value) ? value : this.#fail(name, 'a map');
  }

  /** Names the item and the attribute, never its value. */
  #fail(name: string, wanted: string): never {
    throw new MalformedItem(
      `Item ${this.#key}: the attribute "${name}" must be ${wanted}. It was not written by this version: ` +
        'a forced run mends the item of a user, any other is to be corrected by hand.',
      name,
    );
  }
}

export function readerOf(item: Attributes): AttributeReader {
  return new AttributeReader(item);
}

function keyOfItem(item: Attributes): string {
  const key = item[TABLE.partitionKey];
  return typeof key === 'string' ? key : '(without a key)';
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((element) => typeof element === 'string');
}

/** A map, which the document client gives as a plain object: not a list, a set or bytes. */
function isMap(value: unknown): value is Attributes {
  const others = [Array, Set, Uint8Array];
  return typeof value === 'object' && value !== null && !others.some((other) => value instanceof other);
}
