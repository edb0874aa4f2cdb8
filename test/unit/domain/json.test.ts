import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../../shared/domain/json.ts';
import { canonicalJson, sameJson } from '../../../shared/domain/json.ts';
import { check } from '../../support/domain/property.ts';

const json: fc.Arbitrary<JsonValue> = fc
  .jsonValue({ maxDepth: 4 })
  .map((value) => JSON.parse(JSON.stringify(value)) as JsonValue);

/** The same value with the keys of every object in reverse order. */
function reversed(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map((item: JsonValue) => reversed(item));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value as Record<string, JsonValue>);
  return Object.fromEntries(entries.toReversed().map(([key, inner]) => [key, reversed(inner)]));
}

describe('sameJson', () => {
  it.each<[string, JsonValue, JsonValue]>([
    ['keys in another order', { a: 1, b: [{ c: null, d: '' }] }, { b: [{ d: '', c: null }], a: 1 }],
    ['equal lists', [1, [2, {}]], [1, [2, {}]]],
    ['equal scalars', 'ä', 'ä'],
    ['nulls', null, null],
    ['zero, whatever its sign', 0, -0],
  ])('holds for %s', (_title, a, b) => {
    expect(sameJson(a, b)).toBe(true);
    expect(sameJson(b, a)).toBe(true);
  });

  it.each<[string, JsonValue, JsonValue]>([
    ['a member more', { a: 1 }, { a: 1, b: 2 }],
    ['another name with as many members', { a: null }, { b: null }],
    ['another value', { a: 1 }, { a: '1' }],
    ['a list in another order', [1, 2], [2, 1]],
    ['a longer list', [1], [1, null]],
    ['a list and an object', [], {}],
    ['a list and an object with its indices', ['x'], { 0: 'x' }],
    ['null and an empty object', null, {}],
    ['null and false', null, false],
    ['letters that look alike', 'é', 'e\u0301'],
    ['a member named like an inherited one', JSON.parse('{"__proto__":{}}') as JsonValue, { a: {} }],
    ['two members named like inherited ones', JSON.parse('{"__proto__":{}}') as JsonValue, { constructor: {} }],
  ])('does not hold for %s', (_title, a, b) => {
    expect(sameJson(a, b)).toBe(false);
    expect(sameJson(b, a)).toBe(false);
  });

  it('says the same as comparing canonical texts', () => {
    check(
      fc.property(json, json, (a, b) => {
        expect(sameJson(a, b)).toBe(canonicalJson(a) === canonicalJson(b));
        expect(sameJson(a, reversed(a))).toBe(true);
      }),
    );
  });
});

describe('canonicalJson', () => {
  it('sorts the keys of every object and nothing else', () => {
    expect(canonicalJson({ b: [3, 1, { d: 1, c: 2 }], a: 'x' })).toBe('{"a":"x","b":[3,1,{"c":2,"d":1}]}');
  });

  it('is one text for all spellings, and means the value still', () => {
    check(
      fc.property(json, (value) => {
        expect(canonicalJson(reversed(value))).toBe(canonicalJson(value));
        expect(sameJson(JSON.parse(canonicalJson(value)) as JsonValue, value)).toBe(true);
      }),
    );
  });
});
