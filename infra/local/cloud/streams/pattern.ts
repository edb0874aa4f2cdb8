import { asRecord, isRecord, parseJson } from '../json.ts';
import { operatorTest } from './operators.ts';
import type { Test } from './operators.ts';

/**
 * Reads an event pattern as Lambda's filters take it: objects name fields, lists name what a field may be.
 * @param pattern JSON.
 * @param at Where the pattern stands in the template, for messages.
 * @throws For a text that is no pattern and for an operator that is not imitated; the message names the place.
 */
export function parsePattern(pattern: string, at: string): Test {
  const parsed = parseJson(pattern);
  if (isRecord(parsed)) return fields(parsed, at);
  throw new Error(`${at}: an event pattern is a JSON object such as {"eventName":["INSERT"]}, not ${pattern}.`);
}

function fields(pattern: Record<string, unknown>, at: string): Test {
  const tests = Object.entries(pattern).map(([name, wanted]): Test => {
    if (name === '$or') return eitherOf(wanted, `${at}.$or`);
    const test = field(wanted, `${at}.${name}`);
    return (value) => test(asRecord(value)[name]);
  });
  return (value) => tests.every((test) => test(value));
}

function field(wanted: unknown, at: string): Test {
  if (isRecord(wanted)) return fields(wanted, at);
  if (!Array.isArray(wanted) || wanted.length === 0) {
    throw new Error(`${at}: an event pattern wants an object or a list of values here, not ${JSON.stringify(wanted)}.`);
  }
  const tests = wanted.map((item) => alternative(item, at));
  return (value) => tests.some((test) => test(value));
}

function eitherOf(wanted: unknown, at: string): Test {
  const patterns = Array.isArray(wanted) ? wanted.filter(isRecord) : [];
  if (!Array.isArray(wanted) || patterns.length < 2 || patterns.length < wanted.length) {
    throw new Error(`${at}: an event pattern wants a list of two or more objects here.`);
  }
  const tests = patterns.map((pattern) => fields(pattern, at));
  return (value) => tests.some((test) => test(value));
}

/** A list fits when one of its items does; nothing but an operator fits what is not there. */
function alternative(item: unknown, at: string): Test {
  if (isRecord(item)) return operatorTest(item, at);
  if (Array.isArray(item)) throw new Error(`${at}: a list in a list means nothing in an event pattern.`);
  return (value) => (Array.isArray(value) ? value.includes(item) : value === item);
}
