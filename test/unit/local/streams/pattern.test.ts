import { describe, expect, it } from 'vitest';
import { parsePattern } from '../../../../infra/local/cloud/streams/pattern.ts';

const EVENT = {
  eventName: 'MODIFY',
  dynamodb: {
    Keys: { pk: { S: 'user#1' } },
    NewImage: {
      pk: { S: 'user#1' },
      email: { S: 'Ada@Example.com' },
      tags: { SS: ['red', 'green'] },
      gone: { NULL: true },
    },
    SizeBytes: 40,
    Nothing: null,
  },
};

function fits(pattern: object): boolean {
  return parsePattern(JSON.stringify(pattern), 'here')(EVENT);
}

const email = (alternative: unknown): object => ({ dynamodb: { NewImage: { email: { S: [alternative] } } } });
const size = (...numeric: unknown[]): object => ({ dynamodb: { SizeBytes: [{ numeric }] } });

describe('an event pattern', () => {
  it.each<[string, object]>([
    ['nothing in particular', {}],
    ['one of several values', { eventName: ['INSERT', 'MODIFY'] }],
    ['several fields', { eventName: ['MODIFY'], dynamodb: { SizeBytes: [40] } }],
    ['true', { dynamodb: { NewImage: { gone: { NULL: [true] } } } }],
    ['null', { dynamodb: { Nothing: [null] } }],
    ['an item of a list', { dynamodb: { NewImage: { tags: { SS: ['green'] } } } }],
    ['a beginning', { dynamodb: { Keys: { pk: { S: [{ prefix: 'user#' }] } } } }],
    ['an end', email({ suffix: '.com' })],
    ['a text in any case', email({ 'equals-ignore-case': 'ada@example.COM' })],
    ['what is there', email({ exists: true })],
    ['what is not there', { dynamodb: { OldImage: { email: { S: [{ exists: false }] } } } }],
    ['anything but a value', email({ 'anything-but': 'bob@example.com' })],
    ['anything but some values', email({ 'anything-but': ['bob@example.com', 'eve@example.com'] })],
    ['anything but a beginning', email({ 'anything-but': { prefix: 'bob' } })],
    ['a number', size('=', 40)],
    ['a range', size('>', 39, '<=', 40)],
    ['one of two patterns', { $or: [{ eventName: ['REMOVE'] }, { dynamodb: { SizeBytes: [40] } }] }],
  ])('fits %s', (_, pattern) => {
    expect(fits(pattern)).toBe(true);
  });

  it.each<[string, object]>([
    ['another value', { eventName: ['INSERT'] }],
    ['a value of another type', { dynamodb: { SizeBytes: ['40'] } }],
    ['one field of two only', { eventName: ['MODIFY'], dynamodb: { SizeBytes: [41] } }],
    ['a field that is not there', { dynamodb: { OldImage: { email: { S: ['Ada@Example.com'] } } } }],
    ['null, where there is nothing', { dynamodb: { Never: [null] } }],
    ['a text in another case', email('ada@example.com')],
    ['a beginning in another case', email({ prefix: 'ada' })],
    ['what should not be there', email({ exists: false })],
    ['an object, as if it were a value', { dynamodb: { NewImage: [{ exists: true }] } }],
    ['anything but what is there', email({ 'anything-but': ['Ada@Example.com'] })],
    ['anything but a beginning that is there', email({ 'anything-but': { prefix: 'Ada' } })],
    [
      'anything but a value, where there is nothing',
      { dynamodb: { OldImage: { x: { S: [{ 'anything-but': 'a' }] } } } },
    ],
    ['a number below', size('<', 40)],
    ['a range beside', size('>=', 41, '<', 50)],
    ['a number, where there is a text', { eventName: [{ numeric: ['>', 0] }] }],
    ['neither of two patterns', { $or: [{ eventName: ['REMOVE'] }, { eventName: ['INSERT'] }] }],
  ])('does not fit %s', (_, pattern) => {
    expect(fits(pattern)).toBe(false);
  });

  it.each<[string, unknown, RegExp]>([
    ['a list', [], /^here: an event pattern is a JSON object/],
    ['a bare value', { eventName: 'INSERT' }, /^here\.eventName: .*an object or a list of values here, not "INSERT"/],
    ['an empty list', { eventName: [] }, /^here\.eventName: /],
    ['a list in a list', { eventName: [['INSERT']] }, /^here\.eventName: a list in a list/],
    [
      'an unknown operator',
      { a: { b: [{ wildcard: 'x*' }] } },
      /^here\.a\.b: \{"wildcard":"x\*"\} is no operator.*prefix/,
    ],
    ['no operator', { a: [{}] }, /^here\.a: \{\} is no operator/],
    ['two operators', { a: [{ prefix: 'a', suffix: 'b' }] }, /^here\.a: .* is no operator/],
    ['a beginning that is no text', { a: [{ prefix: 1 }] }, /^here\.a: 1 makes no sense for "prefix"/],
    ['an existence that is no truth', { a: [{ exists: 'yes' }] }, /^here\.a: "yes" makes no sense for "exists"/],
    ['anything but nothing', { a: [{ 'anything-but': [] }] }, /^here\.a: \[\] makes no sense for "anything-but"/],
    ['anything but an existence', { a: [{ 'anything-but': { exists: true } }] }, /makes no sense for "anything-but"/],
    ['half a comparison', { a: [{ numeric: ['>', 1, '<'] }] }, /makes no sense for "numeric"/],
    ['one alternative', { $or: [{ a: [1] }] }, /^here\.\$or: .*two or more objects/],
  ])('cannot be %s', (_, pattern, message) => {
    expect(() => parsePattern(JSON.stringify(pattern), 'here')).toThrow(message);
  });
});
