import { asList, isRecord } from '../json.ts';
import type { JsonRecord } from '../json.ts';

/** Whether a value fits a piece of an event pattern. */
export type Test = (value: unknown) => boolean;

/** @returns The test for an operator's operand, undefined when the operand makes no sense. */
type Operator = (operand: unknown) => Test | undefined;

const OPERATORS: ReadonlyMap<string, Operator> = new Map<string, Operator>([
  ['prefix', (operand) => textTest(operand, (text, part) => text.startsWith(part))],
  ['suffix', (operand) => textTest(operand, (text, part) => text.endsWith(part))],
  ['equals-ignore-case', (operand) => textTest(operand, (text, other) => text.toLowerCase() === other.toLowerCase())],
  ['exists', exists],
  ['anything-but', anythingBut],
  ['numeric', numeric],
]);

/**
 * The test of an alternative such as `{ prefix: 'a' }`.
 * @throws For an operator that is unknown or misused; the message names the place and what there is.
 */
export function operatorTest(alternative: JsonRecord, at: string): Test {
  const [[name, operand] = ['', undefined], ...others] = Object.entries(alternative);
  const operator = OPERATORS.get(name);
  if (operator === undefined || others.length > 0) {
    throw new Error(
      `${at}: ${JSON.stringify(alternative)} is no operator that the local cloud imitates: ` +
        `it knows one of ${[...OPERATORS.keys()].join(', ')}.`,
    );
  }
  const test = operator(operand);
  if (test === undefined) throw new Error(`${at}: ${JSON.stringify(operand)} makes no sense for "${name}".`);
  return test;
}

function textTest(operand: unknown, fits: (text: string, operand: string) => boolean): Test | undefined {
  if (typeof operand !== 'string') return undefined;
  return someOf((value) => typeof value === 'string' && fits(value, operand));
}

/** Only values are known to exist, not the objects above them, as on AWS. */
function exists(operand: unknown): Test | undefined {
  if (typeof operand !== 'boolean') return undefined;
  return (value) => (value !== undefined && !isRecord(value)) === operand;
}

/** Fits what is there and is none of the values, or does not fit the operator that stands in their place. */
function anythingBut(operand: unknown): Test | undefined {
  const unwanted = isRecord(operand) ? textOperator(operand) : valueTest(operand);
  return unwanted && someOf((value) => !unwanted(value));
}

function textOperator(operand: JsonRecord): Test | undefined {
  const [[name, inner] = ['', undefined], ...others] = Object.entries(operand);
  const isOfTexts = ['prefix', 'suffix', 'equals-ignore-case'].includes(name) && others.length === 0;
  return isOfTexts ? OPERATORS.get(name)?.(inner) : undefined;
}

function valueTest(operand: unknown): Test | undefined {
  const values: unknown[] = Array.isArray(operand) ? operand : [operand];
  const isValue = (value: unknown): boolean => typeof value === 'string' || typeof value === 'number';
  return values.length > 0 && values.every(isValue) ? (value) => values.includes(value) : undefined;
}

const COMPARISONS: ReadonlyMap<unknown, (value: number, bound: number) => boolean> = new Map([
  ['=', (value, bound) => value === bound],
  ['<', (value, bound) => value < bound],
  ['<=', (value, bound) => value <= bound],
  ['>', (value, bound) => value > bound],
  ['>=', (value, bound) => value >= bound],
]);

/** `['>', 0, '<=', 5]`. DynamoDB's own numbers are texts in a record: this is for the others. */
function numeric(operand: unknown): Test | undefined {
  const [sign, bound, ...others] = asList(operand);
  const compare = COMPARISONS.get(sign);
  const rest = others.length === 0 ? () => true : numeric(others);
  if (compare === undefined || typeof bound !== 'number' || rest === undefined) return undefined;
  return someOf((value) => typeof value === 'number' && compare(value, bound) && rest(value));
}

/** A list fits when one of its items does. What is not there, or has fields of its own, has no value to test. */
function someOf(test: Test): Test {
  return (value) => {
    const values: unknown[] = Array.isArray(value) ? value : [value];
    return values.some((item) => item !== undefined && !isRecord(item) && test(item));
  };
}
