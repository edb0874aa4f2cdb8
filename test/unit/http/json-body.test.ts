import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import type { HttpEvent } from '../../../functions/http/event.ts';
import { readJson } from '../../../functions/http/json-body.ts';
import type { BodyRules } from '../../../functions/http/json-body.ts';

const schema = z.strictObject({
  name: z.string().check(z.maxLength(5), z.regex(/^[a-z]*$/)),
  kind: z.optional(z.enum(['apple', 'pear'])),
  count: z.optional(z.number().check(z.minimum(1))),
});
const RULES: BodyRules = { mediaTypes: ['application/json'] };

function eventOf(body: string | undefined, over: Partial<HttpEvent> = {}): HttpEvent {
  const headers = { 'content-type': 'application/json' };
  return { routeKey: 'POST /x', headers, body, isBase64Encoded: false, requestContext: {}, ...over };
}

/** The value, or status and message of the refusal. */
function read(event: HttpEvent, rules: BodyRules = RULES): unknown {
  const result = readJson(event, schema, rules);
  if (result.ok) return result.value;
  const { error } = JSON.parse(result.answer.body ?? '') as { error: { code: string; message: string } };
  return [result.answer.statusCode, error.code, error.message];
}

describe('A JSON body', () => {
  it('is read', () => {
    expect(read(eventOf('{"name":"fig"}'))).toEqual({ name: 'fig' });
  });

  it('is read from base64, in which API Gateway hands on what it does not take for text', () => {
    const body = Buffer.from('{"name":"fig"}').toString('base64');
    expect(read(eventOf(body, { isBase64Encoded: true }))).toEqual({ name: 'fig' });
  });

  it.each(['application/json', 'Application/JSON; charset=utf-8', ' application/json ;x=y'])(
    'may say that it is %s, under a header of any case',
    (type) => {
      expect(read(eventOf('{"name":"fig"}', { headers: { 'Content-Type': type } }))).toEqual({ name: 'fig' });
    },
  );

  it.each([{}, { 'content-type': 'text/plain' }, { 'content-type': 'application/jsonp' }, { 'content-type': '' }])(
    'must say what it is: %j',
    (headers) => {
      expect(read(eventOf('{"name":"fig"}', { headers }))).toEqual([
        415,
        'unsupported_media_type',
        'The content type must be application/json.',
      ]);
    },
  );

  it('may be absent only where that means something', () => {
    const rules = { ...RULES, ifEmpty: { name: '' } };
    expect(read(eventOf(undefined, { headers: {} }), rules)).toEqual({ name: '' });
    expect(read(eventOf('', { headers: {} }), rules)).toEqual({ name: '' });
    expect(read(eventOf(undefined))).toEqual([400, 'malformed_json', expect.any(String)]);
  });

  it('has 32 KB at most, counted in bytes', () => {
    const bodyOf = (bytes: number) => `{"name":"fig"}${' '.repeat(bytes - 14)}`;
    expect(read(eventOf(bodyOf(32_768)))).toEqual({ name: 'fig' });
    expect(read(eventOf(bodyOf(32_769)))).toEqual([413, 'body_too_large', expect.any(String)]);
    expect(read(eventOf(`{"name":"${'é'.repeat(16_400)}"}`))).toEqual([413, 'body_too_large', expect.any(String)]);
    const base64 = Buffer.from(bodyOf(32_769)).toString('base64');
    expect(read(eventOf(base64, { isBase64Encoded: true }))).toEqual([413, 'body_too_large', expect.any(String)]);
  });

  it.each(['{', '', 'undefined', "{'name':'fig'}", '\uFEFF{"name":"fig"}', '{"name":"fig"} x'])(
    'must be JSON: %j',
    (body) => {
      expect(read(eventOf(body))).toEqual([400, 'malformed_json', 'The body is not JSON in UTF-8.']);
    },
  );

  it.each([
    ['{"name":1}', 'name must be a string.'],
    ['{"name":"figure"}', 'name must have or be 5 at most.'],
    ['{"name":"F"}', 'name does not have the right form.'],
    ['{"name":"f","kind":"plum"}', 'kind must be apple or pear.'],
    ['{"name":"f","count":0}', 'count must have or be 1 at least.'],
    ['{}', 'name must be a string.'],
    ['7', 'The body must be an object.'],
    ['{"name":"f","a":1,"<b>":2}', 'The body has members that are not known here: a, (unprintable).'],
    [
      '{"name":2,"kind":2,"count":"2","a":1}',
      'name must be a string. kind must be apple or pear. count must be a number. The body has members that are not known here: a.',
    ],
    ['{"name":"f","__proto__":{"a":1}}', 'The body has a member whose name cannot be kept.'],
    ['{"name":"f","":1}', 'The body has a member whose name cannot be kept.'],
    ['{"name":{"a":[{"b":-1e300}]}}', 'name.a.0.b is a number that cannot be kept exactly.'],
  ])('that is not as the schema has it says so by places: %s', (body, message) => {
    expect(read(eventOf(body))).toEqual([400, 'invalid_body', message]);
  });

  it('is refused in few words, however much is wrong with it', () => {
    const members = Object.fromEntries(Array.from({ length: 1_000 }, (_, at) => [`member${at}`, at]));
    const [, , message] = read(eventOf(JSON.stringify(members))) as [number, string, string];
    expect(message.length).toBeLessThan(300);
    const deep = `{"name":${'{"a":'.repeat(4_000)}1${'}'.repeat(4_000)}}`;
    expect((read(eventOf(deep)) as [number, string, string])[2].length).toBeLessThan(100);
  });
});
