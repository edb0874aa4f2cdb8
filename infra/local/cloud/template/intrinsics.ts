import { asPrintable, isRecord } from '../json.ts';
import type { JsonRecord } from '../json.ts';

/** What a template's expressions can refer to. */
export interface Scope {
  /** The value that `Ref` gives; undefined when there is no such name. */
  ref(name: string): unknown;
  /** The value that `Fn::GetAtt` gives; throws when there is none. */
  attribute(logicalId: string, name: string): unknown;
  condition(name: string): boolean;
  mapping(map: string, first: string, second: string): unknown;
  readonly region: string;
}

/** Stands for `AWS::NoValue`: the property or list item that holds it is left out. */
export const NO_VALUE = Symbol('AWS::NoValue');

type Intrinsic = (argument: unknown, scope: Scope, at: string) => unknown;

/**
 * Evaluates the intrinsic functions in a piece of a CloudFormation template.
 * @param at Where the piece stands, for messages: `Resources.X.Properties.Y`.
 * @throws An error naming the place, for a function that is not supported or used wrongly.
 */
export function evaluate(value: unknown, scope: Scope, at: string): unknown {
  if (Array.isArray(value)) {
    return value.map((item, index) => evaluate(item, scope, `${at}[${index}]`)).filter((item) => item !== NO_VALUE);
  }
  if (!isRecord(value)) return value;
  const call = intrinsicCall(value);
  if (call === undefined) return evaluateEntries(value, scope, at);
  const intrinsic = INTRINSICS.get(call.name);
  if (intrinsic === undefined) throw new Error(`${at}: ${call.name} is not supported by the local cloud.`);
  return intrinsic(call.argument, scope, at);
}

function evaluateEntries(value: JsonRecord, scope: Scope, at: string): JsonRecord {
  const entries = Object.entries(value).map(([key, item]) => [key, evaluate(item, scope, `${at}.${key}`)] as const);
  return Object.fromEntries(entries.filter(([, item]) => item !== NO_VALUE));
}

function intrinsicCall(value: JsonRecord): { name: string; argument: unknown } | undefined {
  const [first, ...rest] = Object.entries(value);
  if (first === undefined || rest.length > 0) return undefined;
  const [name, argument] = first;
  return name === 'Ref' || name.startsWith('Fn::') ? { name, argument } : undefined;
}

function text(value: unknown, scope: Scope, at: string): string {
  const printable = asPrintable(evaluate(value, scope, at));
  if (printable === undefined) throw new Error(`${at}: a text is wanted here.`);
  return printable;
}

function list(value: unknown, scope: Scope, at: string): unknown[] {
  const evaluated = evaluate(value, scope, at);
  if (!Array.isArray(evaluated)) throw new Error(`${at}: a list is wanted here.`);
  return evaluated;
}

/** The arguments of a function that takes a list of a known length. */
function args(argument: unknown, count: number, at: string): unknown[] {
  if (!Array.isArray(argument) || argument.length < count) throw new Error(`${at}: ${count} arguments are wanted.`);
  return argument;
}

function ref(argument: unknown, scope: Scope, at: string): unknown {
  const value = typeof argument === 'string' ? scope.ref(argument) : undefined;
  if (value === undefined) throw new Error(`${at}: refers to ${String(argument)}, which the template does not have.`);
  return value;
}

function getAtt(argument: unknown, scope: Scope, at: string): unknown {
  const parts = typeof argument === 'string' ? splitOnce(argument, '.') : args(argument, 2, at);
  return scope.attribute(text(parts[0], scope, at), text(parts[1], scope, at));
}

function splitOnce(value: string, separator: string): [string, string] {
  const index = value.indexOf(separator);
  return index < 0 ? [value, ''] : [value.slice(0, index), value.slice(index + separator.length)];
}

function join(argument: unknown, scope: Scope, at: string): string {
  const [delimiter, items] = args(argument, 2, at);
  const parts = list(items, scope, at).map((item) => text(item, scope, at));
  return parts.join(text(delimiter, scope, at));
}

function sub(argument: unknown, scope: Scope, at: string): string {
  const [template, variables] = Array.isArray(argument) ? args(argument, 2, at) : [argument, {}];
  const own = isRecord(variables) ? variables : {};
  return text(template, scope, at).replaceAll(/\$\{(!?)([^}]*)\}/g, (_, literal: string, name: string) => {
    if (literal === '!') return `\${${name}}`;
    const key = name.trim();
    if (Object.hasOwn(own, key)) return text(own[key], scope, `${at}.${key}`);
    return text(key.includes('.') ? { 'Fn::GetAtt': key } : { Ref: key }, scope, at);
  });
}

function select(argument: unknown, scope: Scope, at: string): unknown {
  const [index, items] = args(argument, 2, at);
  const chosen = list(items, scope, at)[Number(text(index, scope, at))];
  if (chosen === undefined) throw new Error(`${at}: Fn::Select has no item at index ${text(index, scope, at)}.`);
  return chosen;
}

function split(argument: unknown, scope: Scope, at: string): string[] {
  const [delimiter, source] = args(argument, 2, at);
  return text(source, scope, at).split(text(delimiter, scope, at));
}

function choose(argument: unknown, scope: Scope, at: string): unknown {
  const [condition, yes, no] = args(argument, 3, at);
  return evaluate(scope.condition(text(condition, scope, at)) ? yes : no, scope, at);
}

function findInMap(argument: unknown, scope: Scope, at: string): unknown {
  const [map, first, second] = args(argument, 3, at).map((item) => text(item, scope, at));
  const found = scope.mapping(map ?? '', first ?? '', second ?? '');
  if (found === undefined) throw new Error(`${at}: the mapping ${map} has no entry ${first}.${second}.`);
  return found;
}

function availabilityZones(argument: unknown, scope: Scope, at: string): string[] {
  const region = text(argument, scope, at);
  return ['a', 'b', 'c'].map((zone) => `${region === '' ? scope.region : region}${zone}`);
}

const INTRINSICS: ReadonlyMap<string, Intrinsic> = new Map<string, Intrinsic>([
  ['Ref', ref],
  ['Fn::GetAtt', getAtt],
  ['Fn::Join', join],
  ['Fn::Sub', sub],
  ['Fn::Select', select],
  ['Fn::Split', split],
  ['Fn::If', choose],
  ['Fn::FindInMap', findInMap],
  ['Fn::Base64', (argument, scope, at) => Buffer.from(text(argument, scope, at), 'utf8').toString('base64')],
  ['Fn::GetAZs', availabilityZones],
]);
