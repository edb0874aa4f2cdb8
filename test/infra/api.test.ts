import { Duration } from 'aws-cdk-lib';
import { IdentitySource, RequestAuthorizer, RestApi, TokenAuthorizer } from 'aws-cdk-lib/aws-apigateway';
import { CorsHttpMethod, HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { describe, expect, it } from 'vitest';
import { OPERATIONS } from '../../scripts/openapi/operations.ts';
import { SettingError } from '../../infra/constructs/setting-error.ts';
import {
  aliasOf,
  authorizerOf,
  functionOf,
  newStack,
  ofType,
  only,
  readResources,
  resourcesOf,
  target,
} from './stack.ts';

const resources = resourcesOf();
const STAGE = 'AWS::ApiGatewayV2::Stage';

describe('routes', () => {
  const routes = ofType(resources, 'AWS::ApiGatewayV2::Route');

  it('are the webhook without authorizer, and those behind one', () => {
    expect(
      Object.fromEntries(routes.map(({ Properties }) => [Properties['RouteKey'], Properties['AuthorizationType']])),
    ).toEqual({
      'GET /users/me': 'CUSTOM',
      'PATCH /users/me': 'CUSTOM',
      'POST /users/sync': 'CUSTOM',
      'GET /whoami': 'CUSTOM',
      'POST /webhooks/clerk': 'NONE',
    });
  });

  it('are those that docs/openapi.json describes', () => {
    const documented = OPERATIONS.map(
      ({ method, path, access }) =>
        [`${method.toUpperCase()} ${path}`, access === 'signed-in' ? 'CUSTOM' : 'NONE'] as const,
    );
    const everything = ofType(resourcesOf({ health: true, admin: true }), 'AWS::ApiGatewayV2::Route');
    const deployed = everything.map(
      ({ Properties }) => [String(Properties['RouteKey']), Properties['AuthorizationType']] as const,
    );
    expect(Object.fromEntries(documented)).toEqual(Object.fromEntries(deployed));
    expect(documented).toHaveLength(deployed.length);
  });

  it.each([
    ['POST /webhooks/clerk', 'webhook'],
    ['GET /users/me', 'users'],
    ['PATCH /users/me', 'users'],
    ['POST /users/sync', 'users'],
    ['GET /whoami', 'whoami'],
  ] as const)('%s calls %s with payload 2.0', (key, name) => {
    const route = routes.find(({ Properties }) => Properties['RouteKey'] === key);
    const [, [, reference]] = (route!.Properties['Target'] as { 'Fn::Join': [string, [string, unknown]] })['Fn::Join'];
    const integration = resources.find(({ logicalId }) => logicalId === target(reference));
    expect(integration?.Properties['PayloadFormatVersion']).toBe('2.0');
    expect(target(integration?.Properties['IntegrationUri'])).toBe(functionOf(resources, name).logicalId);
  });
});

describe('the authorizer', () => {
  const authorizer = (props: Parameters<typeof resourcesOf>[0] = {}) =>
    authorizerOf(resourcesOf(props), 'Authorizer').Properties;

  it('answers simply, is asked with payload 2.0 and repeated for 30 seconds', () => {
    expect(authorizer()).toMatchObject({
      AuthorizerType: 'REQUEST',
      AuthorizerPayloadFormatVersion: '2.0',
      EnableSimpleResponses: true,
      AuthorizerResultTtlInSeconds: 30,
    });
  });

  it.each([
    ['header', '$request.header.Authorization'],
    ['cookie', '$request.header.Cookie'],
  ] as const)('with tokens from the %s is keyed by %s', (tokenFrom, source) => {
    expect(authorizer({ tokenFrom })['IdentitySource']).toEqual([source]);
  });

  it('with tokens from both is asked every time: there is nothing to key a cache by', () => {
    expect(authorizer({ tokenFrom: 'both' })).toMatchObject({ IdentitySource: [], AuthorizerResultTtlInSeconds: 0 });
    expect(authorizer({ tokenFrom: 'both', authorizerCacheTtl: Duration.seconds(0) })['IdentitySource']).toEqual([]);
    const cached = (): unknown => authorizer({ tokenFrom: 'both', authorizerCacheTtl: Duration.seconds(5) });
    expect(cached).toThrow(SettingError);
    expect(cached).toThrow(/authorizerCacheTtl is 5 seconds and tokenFrom is both/);
  });

  it('can be asked every time', () => {
    expect(authorizer({ authorizerCacheTtl: Duration.seconds(0) })['AuthorizerResultTtlInSeconds']).toBe(0);
  });

  it('never lets a banned user in for longer than 30 seconds', () => {
    const tooLong = (): unknown => resourcesOf({ authorizerCacheTtl: Duration.seconds(31) });
    expect(tooLong).toThrow(SettingError);
    expect(tooLong).toThrow(/authorizerCacheTtl is 31 seconds.*30 seconds or less/);
  });

  it.each([
    [{ audience: ['two words'] }, /audience contains "two words"/],
    [{ audience: ['a,b'] }, /audience contains "a,b"/],
    [{ claimNames: { email: 'a=b' } }, /claimNames has "a=b" for email/],
    [{ claimNames: { email: '' } }, /claimNames has "" for email/],
    [
      { claimNames: { updatedAt: 'iat' } },
      /claimNames has "iat" for updatedAt.*says when the token was made and not when the user changed/,
    ],
    [{ claimNames: { updatedAt: 'nbf' } }, /claimNames has "nbf" for updatedAt/],
    [{ claimNames: { updatedAt: 'exp' } }, /claimNames has "exp" for updatedAt/],
    [{ maxTokenLife: Duration.seconds(59) }, /maxTokenLife is 59 seconds.*between 60 seconds and 24 hours/],
    [{ maxTokenLife: Duration.hours(25) }, /maxTokenLife is 90000 seconds.*between 60 seconds and 24 hours/],
    [{ maxTokenLife: Duration.millis(90_500) }, /maxTokenLife is 90.5 seconds. Set it to a whole number of seconds/],
  ])('is not set up with what it could not read: %j', (props, message) => {
    expect(() => resourcesOf(props)).toThrow(SettingError);
    expect(() => resourcesOf(props)).toThrow(message);
  });

  it.each([
    ['authorizer', 'Authorizer'],
    ['verifyOnly', 'VerifyOnlyAuthorizer'],
  ] as const)('%s may be called by the one %s of this API alone', (name, authorizer) => {
    const alias = aliasOf(resources, name).logicalId;
    const permissions = ofType(resources, 'AWS::Lambda::Permission').filter(
      ({ Properties }) => target(Properties['FunctionName']) === alias,
    );
    expect(permissions).toHaveLength(1);
    const source = JSON.stringify(permissions[0]?.Properties['SourceArn']);
    expect(source).toContain('"/authorizers/"');
    expect(source).toContain(authorizerOf(resources, authorizer).logicalId);
  });
});

describe('the authorizer that only verifies', () => {
  const verifyOnly = authorizerOf(resources, 'VerifyOnlyAuthorizer');

  it('is never repeated, and not even asked without a token', () => {
    expect(verifyOnly.Properties).toMatchObject({
      AuthorizerPayloadFormatVersion: '2.0',
      EnableSimpleResponses: true,
      AuthorizerResultTtlInSeconds: 0,
      IdentitySource: ['$request.header.Authorization'],
    });
  });

  it("stands before the users' routes, and before nothing else", () => {
    const behind = ofType(resources, 'AWS::ApiGatewayV2::Route').filter(({ Properties }) =>
      JSON.stringify(Properties['AuthorizerId'] ?? '').includes(verifyOnly.logicalId),
    );
    expect(behind.map(({ Properties }) => Properties['RouteKey'])).toEqual([
      'GET /users/me',
      'PATCH /users/me',
      'POST /users/sync',
    ]);
  });
});

describe('the authorizer for public routes', () => {
  it('is there only when it is asked for', () => {
    expect(newStack().sync.optionalAuthorizer).toBeUndefined();
    expect(newStack({ optionalAuthorizer: true }).sync.optionalAuthorizer).toBeDefined();
  });

  it('is asked for every request, also for one without a token', () => {
    const stack = newStack({ optionalAuthorizer: true });
    const { api, optionalAuthorizer, functions } = stack.sync;
    const integration = new HttpLambdaIntegration('Public', functions.whoami);
    api.addRoutes({ path: '/public', methods: [HttpMethod.GET], authorizer: optionalAuthorizer!, integration });
    expect(authorizerOf(readResources(stack), 'OptionalAuthorizer').Properties).toMatchObject({
      EnableSimpleResponses: true,
      AuthorizerResultTtlInSeconds: 0,
      IdentitySource: [],
    });
  });
});

describe('a REST API', () => {
  it('can be put behind the same functions, by TOKEN and by REQUEST', () => {
    const stack = newStack();
    const { authorizerFunctions: functions } = stack.sync;
    const rest = new RestApi(stack, 'Rest', { deploy: false });
    const byToken = new TokenAuthorizer(stack, 'ByToken', { handler: functions.syncing });
    const identitySources = [IdentitySource.header('Cookie')];
    const byRequest = new RequestAuthorizer(stack, 'ByRequest', { handler: functions.verifyOnly, identitySources });
    rest.root.addMethod('GET', undefined, { authorizer: byToken });
    rest.root.addMethod('POST', undefined, { authorizer: byRequest });
    const authorizers = ofType(readResources(stack), 'AWS::ApiGateway::Authorizer');
    expect(new Set(authorizers.map(({ Properties }) => Properties['Type']))).toEqual(new Set(['REQUEST', 'TOKEN']));
  });
});

describe('the stage', () => {
  const stage = only(resources, STAGE);

  it('limits every route, and the webhook, what asks Clerk and what a user writes by buckets of their own', () => {
    expect(stage.Properties).toMatchObject({
      StageName: '$default',
      AutoDeploy: true,
      DefaultRouteSettings: { ThrottlingRateLimit: 1000, ThrottlingBurstLimit: 2000 },
      RouteSettings: {
        'POST /webhooks/clerk': { ThrottlingRateLimit: 500, ThrottlingBurstLimit: 1000 },
        'POST /users/sync': { ThrottlingRateLimit: 25, ThrottlingBurstLimit: 50 },
        'PATCH /users/me': { ThrottlingRateLimit: 50, ThrottlingBurstLimit: 100 },
      },
    });
  });

  it.each(['POST /webhooks/clerk', 'POST /users/sync', 'PATCH /users/me'])('waits for %s, which it limits', (key) => {
    const route = ofType(resources, 'AWS::ApiGatewayV2::Route').find(
      ({ Properties }) => Properties['RouteKey'] === key,
    );
    expect(stage.DependsOn).toContain(route?.logicalId);
  });

  it('takes other limits from the props', () => {
    const { Properties } = only(
      resourcesOf({
        throttle: { rateLimit: 7, burstLimit: 8 },
        webhookThrottle: { rateLimit: 5, burstLimit: 6 },
        syncThrottle: { rateLimit: 3, burstLimit: 4 },
        patchThrottle: { rateLimit: 2, burstLimit: 3 },
      }),
      STAGE,
    );
    expect(Properties).toMatchObject({
      DefaultRouteSettings: { ThrottlingRateLimit: 7, ThrottlingBurstLimit: 8 },
      RouteSettings: {
        'POST /webhooks/clerk': { ThrottlingRateLimit: 5, ThrottlingBurstLimit: 6 },
        'POST /users/sync': { ThrottlingRateLimit: 3, ThrottlingBurstLimit: 4 },
        'PATCH /users/me': { ThrottlingRateLimit: 2, ThrottlingBurstLimit: 3 },
      },
    });
  });

  it('writes nothing about a request, unless it is asked to: an unchanged one is to cost nothing', () => {
    expect(stage.Properties).not.toHaveProperty('AccessLogSettings');
    expect(ofType(resources, 'AWS::Logs::LogGroup').filter(({ logicalId }) => /Access/.test(logicalId))).toEqual([]);
  });
});

describe('the access log, where it is asked for,', () => {
  const logged = resourcesOf({ accessLog: true });
  const { Format, DestinationArn } = only(logged, STAGE).Properties['AccessLogSettings'] as {
    Format: string;
    DestinationArn: unknown;
  };
  const fields = JSON.parse(Format) as Record<string, string>;

  it('has requests as JSON without anything about the person', () => {
    const group = logged.find(({ logicalId }) => logicalId === target(DestinationArn));
    expect(group?.Properties).toEqual({ RetentionInDays: 90 });
    expect(fields).toMatchObject({
      requestId: '$context.requestId',
      route: '$context.routeKey',
      status: '$context.status',
    });
    for (const field of Object.values(fields)) {
      expect(field).not.toMatch(/identity|\.path|principalId|claims|authorizer\.(?!latency|status|error)/);
    }
  });

  it('costs what docs/cost.md says: 250 bytes for a request that succeeds', () => {
    // As API Gateway fills them in for a request that succeeds; what there is not is a dash.
    const values: Readonly<Record<string, string>> = {
      requestId: 'JKJaXmPLvHcESHA=',
      time: '1785000000000',
      route: 'GET /users/me',
      status: '200',
      latency: '23',
      integrationLatency: '12',
      authorizerLatency: '9',
      authorizerStatus: '200',
    };
    const line = JSON.stringify(Object.fromEntries(Object.keys(fields).map((name) => [name, values[name] ?? '-'])));
    expect(Math.round(line.length / 10)).toBe(25);
  });
});

describe('cross-origin rules', () => {
  it('are absent by default', () => {
    expect(only(resources, 'AWS::ApiGatewayV2::Api').Properties).not.toHaveProperty('CorsConfiguration');
  });

  it('are those of the prop', () => {
    const cors = { allowOrigins: ['https://app.example.com'], allowMethods: [CorsHttpMethod.GET] };
    expect(only(resourcesOf({ cors }), 'AWS::ApiGatewayV2::Api').Properties['CorsConfiguration']).toEqual({
      AllowOrigins: ['https://app.example.com'],
      AllowMethods: ['GET'],
    });
  });
});
