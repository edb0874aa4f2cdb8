import type { APIGatewayRequestAuthorizerEventV2 } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { simpleResponse } from '../../../functions/authorizer/answer.ts';
import { requestToken } from '../../../functions/authorizer/request-token.ts';

const eventWith = (parts: Partial<APIGatewayRequestAuthorizerEventV2>) => parts as APIGatewayRequestAuthorizerEventV2;

describe('The token of a request', () => {
  it.each([
    ['Bearer abc.def', 'abc.def'],
    ['bearer abc.def', 'abc.def'],
    ['Bearer  abc.def', undefined],
    ['Bearer abc.def ', undefined],
    ['Basic abc', undefined],
    ['Bearer', undefined],
    ['Bearer a b', undefined],
    ['', undefined],
  ])('in the header %j is %j', (value, token) => {
    expect(requestToken(eventWith({ headers: { authorization: value } }), 'header')).toBe(token);
  });

  it.each([
    [['__session=abc', 'theme=dark'], 'abc'],
    [['theme=dark'], undefined],
    [['__session='], undefined],
    [['__session_other=abc'], undefined],
  ])('in the cookies %j is %j', (cookies, token) => {
    expect(requestToken(eventWith({ cookies, headers: { authorization: 'Bearer other' } }), 'cookie')).toBe(token);
  });
});

describe('The authorizer answers', () => {
  it('401 by throwing, 403 by refusing', () => {
    expect(() => simpleResponse({ verdict: 'unauthorized' })).toThrow(/^Unauthorized$/);
    expect(simpleResponse({ verdict: 'forbidden' })).toEqual({ isAuthorized: false, context: {} });
  });
});
