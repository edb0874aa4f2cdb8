import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changedApp, LARGEST_APP_BYTES, patchApp } from '../../../shared/domain/app-change.ts';
import type { JsonObject, JsonValue } from '../../../shared/domain/json.ts';

/** What the attributes are after a patch. */
function patched(app: JsonObject, patch: JsonObject): JsonObject | string {
  const decision = patchApp(app, patch);
  return decision.status === 'change' ? changedApp(app, decision.change) : decision.status;
}

describe('A merge patch of the attributes', () => {
  it.each<[string, JsonObject, JsonObject, JsonObject | string]>([
    ['adds', { a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    ['replaces', { a: 'b' }, { a: 'c' }, { a: 'c' }],
    ['removes', { a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    ['replaces a list whole', { a: ['b'] }, { a: ['c', null] }, { a: ['c', null] }],
    ['replaces a list by an object', { a: ['b'] }, { a: { b: 1 } }, { a: { b: 1 } }],
    ['replaces an object by a text', { a: { b: 1 } }, { a: 'c' }, { a: 'c' }],
    ['merges objects', { a: { b: 'c', x: 1 } }, { a: { b: 'd', e: null } }, { a: { b: 'd', x: 1 } }],
    ['removes inside objects', { a: { b: { c: 1, d: 2 } } }, { a: { b: { c: null } } }, { a: { b: { d: 2 } } }],
    ['stores no null of a new object', {}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
    ['removes an attribute that is null already', { a: null }, { a: null }, {}],
    ['replaces null', { a: null }, { a: 1 }, { a: 1 }],
    ['leaves null that it does not name', { a: null, b: 1 }, { b: 2 }, { a: null, b: 2 }],
    ['of nothing changes nothing', { a: 1 }, {}, 'unchanged'],
    ['of what is there changes nothing', { a: { b: [1] } }, { a: { b: [1] } }, 'unchanged'],
    ['that removes what is not there changes nothing', {}, { a: null, toString: null }, 'unchanged'],
    ['takes no member of JavaScript for an attribute', {}, { constructor: { a: 1 } }, { constructor: { a: 1 } }],
  ])('%s', (_what, app, patch, expected) => {
    expect(patched(app, patch)).toEqual(expected);
  });

  it('names only the attributes that it makes different', () => {
    const decision = patchApp({ a: 1, b: { c: 1 }, d: 1 }, { a: 1, b: { c: 1, e: 2 }, d: null });
    expect(decision).toEqual({ status: 'change', change: { b: { c: 1, e: 2 }, d: null } });
  });

  it('made twice is made once', () => {
    const holds = fc.property(objects, objects, (app, patch) => {
      const once = patched(app, patch);
      return typeof once === 'string' || patched(once, patch) === 'unchanged';
    });
    expect(() => fc.assert(holds)).not.toThrow();
  });

  it('of different attributes may be made in any order', () => {
    fc.assert(
      fc.property(objects, fc.jsonValue(), fc.jsonValue(), (app, left, right) => {
        const one = { left: left as JsonValue };
        const other = { right: right as JsonValue };
        expect(both(app, one, other)).toEqual(both(app, other, one));
      }),
    );
  });
});

describe('The attributes may have 16 KB together', () => {
  const filled = (bytes: number): JsonObject => ({ text: 'x'.repeat(bytes - '{"text":""}'.length) });

  it('to the byte', () => {
    expect(patchApp({}, filled(LARGEST_APP_BYTES))).toMatchObject({ status: 'change' });
    expect(patchApp({}, filled(LARGEST_APP_BYTES + 1))).toEqual({ status: 'too-large' });
  });

  it('in bytes of UTF-8, not in letters', () => {
    expect(patchApp({}, { text: 'é'.repeat(10_000) })).toEqual({ status: 'too-large' });
  });

  it('counting what the patch does not name', () => {
    expect(patchApp(filled(LARGEST_APP_BYTES), { more: 1 })).toEqual({ status: 'too-large' });
    expect(patchApp(filled(LARGEST_APP_BYTES), { text: null, more: 1 })).toMatchObject({ status: 'change' });
  });

  it('unless the application itself has kept more: then they may not grow', () => {
    const app = { ...filled(100_000), bio: 'xx' };
    expect(patchApp(app, { bio: 'xxx' })).toEqual({ status: 'too-large' });
    expect(patchApp(app, { bio: 'x' })).toMatchObject({ status: 'change' });
    expect(patchApp(app, { bio: 'yy' })).toMatchObject({ status: 'change' });
  });
});

const objects = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.jsonValue()).map((object) => object as JsonObject);

function both(app: JsonObject, first: JsonObject, second: JsonObject): JsonObject {
  return [first, second].reduce<JsonObject>((now, patch) => {
    const next = patched(now, patch);
    return typeof next === 'string' ? now : next;
  }, app);
}
