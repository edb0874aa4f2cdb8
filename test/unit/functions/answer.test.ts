import type {
  APIGatewayAuthorizerResult,
  APIGatewayProxyEvent,
  APIGatewayProxyEventV2,
  APIGatewayProxyEventV2WithLambdaAuthorizer,
} from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import type { AuthorizerContext } from '../../../functions/authorizer/answer.ts';
import { answerTo } from '../../../functions/authorizer/answer.ts';
import type { Authorization } from '../../../functions/authorizer/authorize.ts';
import type { JsonObject } from '../../../shared/domain/json.ts';
import { blankUser } from '../../../shared/domain/user.ts';
import { currentUser, optionalUser } from '../../../shared/request/current-user.ts';
import type { RequestUser } from '../../../shared/request/request-user.ts';
import { requestUser } from '../../../shared/request/request-user.ts';
import { httpEvent, METHOD_ARN, requestEvent, tokenEvent } from '../../support/functions/authorizer-events.ts';

const actor = { sub: 'user_support' };
const ada: RequestUser = {
  ...requestUser(blankUser('user_ada1'), true, actor),
  email: 'ada@example.com',
  publicMetadata: { plan: { name: 'pro', seats: 5 } },
  app: { bio: 'Zoë "the first" — 數學' },
};
const allowed: Authorization = { verdict: 'allow', user: ada, sessionId: 'sess_1' };
const WHOLE_STAGE = 'arn:aws:execute-api:eu-west-1:111122223333:abc123/prod/*';

const policyEvents = [
  ['a REQUEST event', requestEvent({})],
  ['a TOKEN event', tokenEvent('Bearer x')],
] as const;

const policyFor = (authorization: Authorization) =>
  answerTo(tokenEvent('Bearer x'), authorization) as APIGatewayAuthorizerResult;

describe('To an event of payload 2.0 the authorizer answers', () => {
  it('simply, with the whole user nested on the request', () => {
    expect(answerTo(httpEvent({}), allowed)).toEqual({
      isAuthorized: true,
      context: { user: ada, sessionId: 'sess_1' },
    });
  });

  it('without a session where the token belongs to none', () => {
    const answer = answerTo(httpEvent({}), { verdict: 'allow', user: ada, sessionId: undefined });
    expect(answer).toEqual({ isAuthorized: true, context: { user: ada } });
  });

  it('403 by refusing, 401 by throwing, and lets in as nobody whom nobody has to know', () => {
    expect(answerTo(httpEvent({}), { verdict: 'forbidden' })).toEqual({ isAuthorized: false, context: {} });
    expect(() => answerTo(httpEvent({}), { verdict: 'unauthorized' })).toThrow(/^Unauthorized$/);
    expect(answerTo(httpEvent({}), { verdict: 'anonymous' })).toEqual({ isAuthorized: true, context: {} });
  });
});

describe.each(policyEvents)('To %s the authorizer answers', (_kind, event) => {
  it('with a policy for the whole stage, so that it may be repeated for other routes', () => {
    expect(answerTo(event, allowed)).toMatchObject({
      principalId: 'user_ada1',
      policyDocument: {
        Version: '2012-10-17',
        Statement: [{ Action: 'execute-api:Invoke', Effect: 'Allow', Resource: WHOLE_STAGE }],
      },
    });
  });

  it('403 by denying the whole stage, 401 by throwing, and lets in as nobody', () => {
    const denied = answerTo(event, { verdict: 'forbidden' });
    expect(denied).toMatchObject({ policyDocument: { Statement: [{ Effect: 'Deny', Resource: WHOLE_STAGE }] } });
    expect(() => answerTo(event, { verdict: 'unauthorized' })).toThrow(/^Unauthorized$/);
    const nobody = answerTo(event, { verdict: 'anonymous' });
    expect(nobody).toMatchObject({ policyDocument: { Statement: [{ Effect: 'Allow' }] }, context: {} });
  });

  it('with a context of texts, numbers and booleans only', () => {
    const { context } = answerTo(event, allowed) as APIGatewayAuthorizerResult;
    expect(context).toMatchObject({
      userId: 'user_ada1',
      email: 'ada@example.com',
      emailVerified: false,
      synced: true,
      actor: 'user_support',
      sessionId: 'sess_1',
    });
    const kinds = new Set(Object.values(context ?? {}).map((value) => typeof value));
    expect([...kinds].toSorted()).toEqual(['boolean', 'string']);
  });
});

describe('A policy', () => {
  it.each([
    [
      'arn:aws:execute-api:us-east-1:111122223333:abc/$default/GET/',
      'arn:aws:execute-api:us-east-1:111122223333:abc/$default/*',
    ],
    [
      'arn:aws-cn:execute-api:cn-north-1:111122223333:abc/v1/POST/a/b',
      'arn:aws-cn:execute-api:cn-north-1:111122223333:abc/v1/*',
    ],
  ])('for %s is one for %s', (methodArn, stage) => {
    const answer = answerTo({ ...tokenEvent('x'), methodArn }, allowed);
    expect(answer).toMatchObject({ policyDocument: { Statement: [{ Resource: stage }] } });
  });

  it.each(['', 'arn:aws:s3:::bucket/a/b', METHOD_ARN.split('/')[0] ?? ''])(
    'is never made up where the event names no method: %j',
    (methodArn) => {
      expect(() => answerTo({ ...tokenEvent('x'), methodArn }, allowed)).toThrow('not that of a method');
    },
  );

  it('leaves out what the user does not have', () => {
    const { context } = policyFor({
      verdict: 'allow',
      user: requestUser(blankUser('user_x'), false),
      sessionId: undefined,
    });
    expect(Object.keys(context ?? {}).toSorted()).toEqual(['emailVerified', 'synced', 'user', 'userId']);
  });
});

describe('A user who is too large for an answer', () => {
  const large = (bytes: number): JsonObject => ({ text: 'é'.repeat(bytes / 2) });
  const answers = [
    ['simple', (user: RequestUser) => answerTo(httpEvent({}), { ...allowed, user })],
    ['policy', (user: RequestUser) => policyFor({ ...allowed, user })],
  ] as const;
  const seen = (answer: unknown) => {
    const { context } = answer as { context: { user: RequestUser | string } };
    return optionalUser({ requestContext: { authorizer: context } });
  };

  it.each(answers)('comes whole in a %s answer as long as there is room', (_kind, answer) => {
    const user = { ...ada, app: large(3_000), publicMetadata: large(3_000) };
    expect(seen(answer(user))).toEqual(user);
  });

  it.each(answers)('loses one of her maps in a %s answer where that is enough, and it says so', (_kind, answer) => {
    const bigApp = seen(answer({ ...ada, app: large(9_000), publicMetadata: large(1_000) }));
    expect(bigApp).toMatchObject({ app: {}, publicMetadata: large(1_000), omitted: ['app'] });
    const bigMetadata = seen(answer({ ...ada, app: large(1_000), publicMetadata: large(8_000) }));
    expect(bigMetadata).toMatchObject({ app: large(1_000), publicMetadata: {}, omitted: ['publicMetadata'] });
  });

  it.each(answers)(
    'keeps what an admin has said of her in a %s answer, however much she writes herself',
    (_kind, answer) => {
      const publicMetadata = { suspended: true, ...large(5_000) };
      for (let bytes = 0; bytes < 20_000; bytes += 500) {
        expect(seen(answer({ ...ada, app: large(bytes), publicMetadata }))).toMatchObject({ publicMetadata });
      }
    },
  );

  it.each(answers)('loses both in a %s answer where that is not enough', (_kind, answer) => {
    const user = seen(answer({ ...ada, app: large(90_000), publicMetadata: large(8_000) }));
    expect(user).toMatchObject({ id: 'user_ada1', app: {}, publicMetadata: {}, omitted: ['app', 'publicMetadata'] });
  });

  it.each(answers)('never makes a %s answer of more than API Gateway takes', (_kind, answer) => {
    for (let bytes = 0; bytes < 12_000; bytes += 250) {
      const text = JSON.stringify(answer({ ...ada, app: { text: '"'.repeat(bytes) }, publicMetadata: large(bytes) }));
      expect(Buffer.byteLength(text)).toBeLessThan(8_192);
    }
  });
});

describe('What the authorizer put on a request', () => {
  const simple = answerTo(httpEvent({}), allowed).context ?? {};
  const flat = policyFor(allowed).context ?? {};

  it.each([
    ['HTTP API, payload 2.0, simple answer', { authorizer: { lambda: simple } }],
    ['HTTP API, payload 2.0, policy', { authorizer: { lambda: flat } }],
    ['HTTP API, payload 1.0', { authorizer: { ...simple, principalId: 'user_ada1' } }],
    ['REST API', { authorizer: { ...flat, principalId: 'user_ada1', integrationLatency: 12 } }],
  ])('is read from the event of a function behind it: %s', (_kind, requestContext) => {
    const user = currentUser({ requestContext });
    expect(user).toEqual(ada);
    expect(user.actor?.sub).toBe('user_support');
    expect(optionalUser({ requestContext })).toEqual(ada);
  });

  it('is read from events as they are typed for functions, without a cast', () => {
    const readers = [
      (event: APIGatewayProxyEventV2) => optionalUser(event),
      (event: APIGatewayProxyEventV2WithLambdaAuthorizer<AuthorizerContext>) => currentUser(event),
      (event: APIGatewayProxyEvent) => currentUser(event),
    ] satisfies ((event: never) => RequestUser | undefined)[];
    expect(readers).toHaveLength(3);
  });

  it.each([
    ['no authorizer', {}],
    ['one that let in nobody (2.0)', { authorizer: { lambda: {} } }],
    ['one that let in nobody (2.0, no context)', { authorizer: { lambda: null } }],
    ['one that let in nobody (REST)', { authorizer: { principalId: 'anonymous', integrationLatency: 3 } }],
    ['a JWT authorizer', { authorizer: { jwt: { claims: { sub: 'user_ada1' }, scopes: null } } }],
    ['another authorizer', { authorizer: { lambda: { user: 'ada', sub: 'x' } } }],
    ['another authorizer with a user of its own', { authorizer: { lambda: { user: { id: 5, synced: true } } } }],
    ['another authorizer with a text that is JSON', { authorizer: { user: '["user_ada1"]' } }],
  ])('is nothing with %s: optionalUser has nobody, and currentUser says what to do', (_kind, requestContext) => {
    expect(optionalUser({ requestContext })).toBeUndefined();
    expect(() => currentUser({ requestContext })).toThrow('put the route behind the ClerkUserSync authorizer');
  });
});
