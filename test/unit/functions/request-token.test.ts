import { describe, expect, it } from 'vitest';
import { requestToken } from '../../../functions/authorizer/request-token.ts';
import { httpEvent, requestEvent, tokenEvent } from '../../support/functions/authorizer-events.ts';

const HEADERS = [
  ['Bearer abc.def', 'abc.def'],
  ['bearer abc.def', 'abc.def'],
  ['Bearer  abc.def', undefined],
  ['Bearer abc.def ', undefined],
  ['Basic abc', undefined],
  ['Bearer', undefined],
  ['Bearer a b', undefined],
  ['Bearer a,Bearer b', undefined],
  ['', undefined],
] as const;

const COOKIES = [
  [['__session=abc', 'theme=dark'], 'abc'],
  [['theme=dark', '__session=abc'], 'abc'],
  [['theme=dark'], undefined],
  [['__session='], undefined],
  [['__session_other=abc'], undefined],
  [['x=__session=abc'], undefined],
  [[], undefined],
] as const;

describe('The token of a request, in payload 2.0,', () => {
  it.each(HEADERS)('in the header %j is %j', (authorization, token) => {
    expect(requestToken(httpEvent({ headers: { authorization } }), 'header')).toBe(token);
  });

  it.each(COOKIES)('in the cookies %j is %j', (cookies, token) => {
    expect(requestToken(httpEvent({ cookies, headers: { authorization: 'Bearer other' } }), 'cookie')).toBe(token);
  });

  it('is none where there are no headers at all', () => {
    expect(requestToken(httpEvent({}), 'header')).toBeUndefined();
    expect(requestToken(httpEvent({}), 'cookie')).toBeUndefined();
    expect(requestToken(httpEvent({ cookies: undefined }), 'cookie')).toBeUndefined();
  });
});

describe.each([
  ['a REST API', { Authorization: 'Authorization', Cookie: 'Cookie' }],
  ['an HTTP API with payload 1.0', { Authorization: 'authorization', Cookie: 'cookie' }],
])('The token of a REQUEST event of %s', (_kind, names) => {
  it.each(HEADERS)('in the header %j is %j', (value, token) => {
    expect(requestToken(requestEvent({ [names.Authorization]: [value] }), 'header')).toBe(token);
  });

  it.each(COOKIES)('in the cookies %j is %j', (cookies, token) => {
    const event = requestEvent({ [names.Cookie]: [cookies.join('; ')], [names.Authorization]: ['Bearer other'] });
    expect(requestToken(event, 'cookie')).toBe(token);
  });

  it('is none of two headers, whatever the other says: the cache may be keyed by that one', () => {
    const event = requestEvent({
      [names.Cookie]: ['theme=dark', '__session=abc'],
      [names.Authorization]: ['Bearer a', 'Bearer a'],
    });
    expect(requestToken(event, 'cookie')).toBeUndefined();
    expect(requestToken(event, 'header')).toBeUndefined();
    expect(requestToken(event, 'both')).toBeUndefined();
  });

  it.each([
    ['header', 'AUTHORIZATION', 'Bearer abc'],
    ['cookie', 'COOKIE', '__session=abc'],
  ] as const)('in the %s is none where that comes in two spellings', (place, spelling, value) => {
    const good = { [names.Authorization]: ['Bearer abc'], [names.Cookie]: ['__session=abc'] };
    const event = requestEvent({ ...good, [spelling]: [value] });
    expect(requestToken(requestEvent(good), place)).toBe('abc');
    expect(requestToken(event, place)).toBeUndefined();
    expect(requestToken({ ...event, multiValueHeaders: null }, place)).toBeUndefined();
  });

  it('is none where there are no headers at all', () => {
    const bare = { ...requestEvent({}), headers: null, multiValueHeaders: null };
    expect(requestToken(bare, 'header')).toBeUndefined();
    expect(requestToken(bare, 'cookie')).toBeUndefined();
  });
});

describe('The token of a TOKEN event', () => {
  it.each(HEADERS)('that came as the header %j is %j', (value, token) => {
    expect(requestToken(tokenEvent(value), 'header')).toBe(token);
  });

  it.each(COOKIES)('that came with the cookies %j is %j', (cookies, token) => {
    expect(requestToken(tokenEvent(cookies.join('; ')), 'cookie')).toBe(token);
  });
});

describe('The token of a request that may have it in both places', () => {
  it.each([
    [{ headers: { authorization: 'Bearer h' }, cookies: ['__session=c'] }, 'h'],
    [{ headers: { authorization: 'Basic h' }, cookies: ['__session=c'] }, 'c'],
    [{ cookies: ['__session=c'] }, 'c'],
    [{ headers: { authorization: 'Bearer h' } }, 'h'],
    [{}, undefined],
  ] as const)('is the header before the cookie: of %j it is %j', (parts, token) => {
    expect(requestToken(httpEvent(parts), 'both')).toBe(token);
  });
});
