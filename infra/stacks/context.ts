import type { Node } from 'constructs';
import { SettingError } from '../constructs/setting-error.ts';

/** Reads settings from the CDK's context (`-c name=value`, or `context` in cdk.json) and refuses what cannot be meant. */
export class Context {
  readonly #node: Node;

  constructor(node: Node) {
    this.#node = node;
  }

  /** @throws SettingError if it is set to anything but a text */
  text(name: string): string | undefined {
    const value = this.#read(name);
    if (value === undefined || typeof value === 'string') return value;
    throw refusal(name, value, 'a text');
  }

  /**
   * A text that says something also where it is empty.
   * @throws SettingError if it is set to anything but a text
   */
  textOrNothing(name: string): string | undefined {
    return this.#node.tryGetContext(name) === '' ? '' : this.text(name);
  }

  /** A text that must be there. `example` shows what to set. */
  requiredText(name: string, example: string): string {
    const value = this.text(name);
    if (value !== undefined) return value;
    throw new SettingError(`Context ${name} is missing. Pass it as -c ${name}=${example}, or set it in cdk.json.`);
  }

  choice<const T extends string>(name: string, values: readonly T[]): T | undefined {
    const value = this.#read(name);
    if (value === undefined) return undefined;
    const known = values.find((candidate) => candidate === value);
    if (known !== undefined) return known;
    throw refusal(name, value, `one of ${values.join(', ')}`);
  }

  /** Whether it is set to this very word. */
  is(name: string, word: string): boolean {
    return this.#read(name) === word;
  }

  boolean(name: string): boolean | undefined {
    const value = this.#read(name);
    if (value === undefined || typeof value === 'boolean') return value;
    if (value === 'true' || value === 'false') return value === 'true';
    throw refusal(name, value, 'true or false');
  }

  /** A whole number that is not negative. */
  count(name: string): number | undefined {
    const value = this.#read(name);
    if (value === undefined) return undefined;
    const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
    if (typeof number === 'number' && Number.isSafeInteger(number) && number >= 0) return number;
    throw refusal(name, value, 'a whole number, 0 or more');
  }

  /** A number that is not negative; a command line can carry its digits only. */
  number(name: string): number | undefined {
    const value = this.#read(name);
    if (value === undefined) return undefined;
    const number = typeof value === 'string' && /^\d*\.?\d+$/.test(value) ? Number(value) : value;
    if (typeof number === 'number' && Number.isFinite(number) && number >= 0) return number;
    throw refusal(name, value, 'a number, 0 or more');
  }

  /** A list, or its items in one text with commas between them. */
  list(name: string): readonly string[] {
    const value = this.#read(name);
    if (value === undefined) return [];
    if (typeof value === 'string')
      return value
        .split(',')
        .map((item) => item.trim())
        .filter((item) => item !== '');
    if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value;
    throw refusal(name, value, 'a list of texts, or one text with commas between them');
  }

  /**
   * Names that are in the context but are none of `known`, so that a misspelt setting does not pass in silence. The CDK's
   * own have a colon or an at sign in them.
   */
  unknown(known: readonly string[]): readonly string[] {
    const all: unknown = this.#node.getAllContext();
    const names = typeof all === 'object' && all !== null ? Object.keys(all) : [];
    return names.filter((name) => !/[:@]/.test(name) && !known.includes(name));
  }

  /** An empty text counts as not set, but where it says something: `-c name=` takes back what cdk.json says. */
  #read(name: string): unknown {
    const value: unknown = this.#node.tryGetContext(name);
    return value === '' || value === null ? undefined : value;
  }
}

function refusal(name: string, value: unknown, expected: string): SettingError {
  return new SettingError(
    `Context ${name} is ${JSON.stringify(value)}, but must be ${expected}. Pass it as -c ${name}=…, or correct it in cdk.json.`,
  );
}
