import { Duration } from 'aws-cdk-lib';
import { CorsHttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import { describe, expect, it } from 'vitest';
import { SettingError } from '../../infra/constructs/validate-props.ts';
import { functionOf, ofType, only, resourcesOf, target } from './stack.ts';

const resources = resourcesOf();
const AUTHORIZER = 'AWS::ApiGatewayV2::Authorizer';
const STAGE = 'AWS::ApiGatewayV2::Stage';

describe('routes', () => {
  const routes = ofType(resources, 'AWS::ApiGatewayV2::Route');

  it('are the webhook without authorizer, and two behind it', () => {
    expect(
      Object.fromEntries(routes.map(({ Properties }) => [Properties['RouteKey'], Properties['AuthorizationType']])),
    ).toEqual({ 'GET /users/me': 'CUSTOM', 'GET /whoami': 'CUSTOM', 'POST /webhooks/clerk': 'NONE' });
  });

  it.each([
    ['POST /webhooks/clerk', 'webhook'],
    ['GET /users/me', 'users'],
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
  it('answers simply, is asked with payload 2.0 and repeated for 30 seconds', () => {
    expect(only(resources, AUTHORIZER).Properties).toMatchObject({
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
    expect(only(resourcesOf({ tokenFrom }), AUTHORIZER).Properties['IdentitySource']).toEqual([source]);
  });

  it('can be asked every time', () => {
    const { Properties } = only(resourcesOf({ authorizerCacheTtl: Duration.seconds(0) }), AUTHORIZER);
    expect(Properties['AuthorizerResultTtlInSeconds']).toBe(0);
  });

  it('never lets a banned user in for longer than 30 seconds', () => {
    const tooLong = (): unknown => resourcesOf({ authorizerCacheTtl: Duration.seconds(31) });
    expect(tooLong).toThrow(SettingError);
    expect(tooLong).toThrow(/authorizerCacheTtl is 31 seconds.*30 seconds or less/);
  });

  it('may be called by this authorizer of this API alone', () => {
    const lambda = functionOf(resources, 'authorizer').logicalId;
    const permissions = ofType(resources, 'AWS::Lambda::Permission').filter(
      ({ Properties }) => target(Properties['FunctionName']) === lambda,
    );
    expect(permissions).toHaveLength(1);
    expect(JSON.stringify(permissions[0]?.Properties['SourceArn'])).toContain('"/authorizers/"');
  });
});

describe('the stage', () => {
  const stage = only(resources, STAGE);

  it('limits every route, and the webhook by a bucket of its own', () => {
    expect(stage.Properties).toMatchObject({
      StageName: '$default',
      AutoDeploy: true,
      DefaultRouteSettings: { ThrottlingRateLimit: 1000, ThrottlingBurstLimit: 2000 },
      RouteSettings: { 'POST /webhooks/clerk': { ThrottlingRateLimit: 500, ThrottlingBurstLimit: 1000 } },
    });
  });

  it('waits for the route that it limits', () => {
    const route = ofType(resources, 'AWS::ApiGatewayV2::Route').find(
      ({ Properties }) => Properties['RouteKey'] === 'POST /webhooks/clerk',
    );
    expect(stage.DependsOn).toContain(route?.logicalId);
  });

  it('takes other limits from the props', () => {
    const { Properties } = only(
      resourcesOf({ throttle: { rateLimit: 7, burstLimit: 8 }, webhookThrottle: { rateLimit: 5, burstLimit: 6 } }),
      STAGE,
    );
    expect(Properties).toMatchObject({
      DefaultRouteSettings: { ThrottlingRateLimit: 7, ThrottlingBurstLimit: 8 },
      RouteSettings: { 'POST /webhooks/clerk': { ThrottlingRateLimit: 5, ThrottlingBurstLimit: 6 } },
    });
  });

  it('logs requests as JSON without anything about the person', () => {
    const { Format, DestinationArn } = stage.Properties['AccessLogSettings'] as {
      Format: string;
      DestinationArn: unknown;
    };
    const group = resources.find(({ logicalId }) => logicalId === target(DestinationArn));
    expect(group?.Properties).toEqual({ RetentionInDays: 90 });
    const fields = JSON.parse(Format) as Record<string, string>;
    expect(fields).toMatchObject({
      requestId: '$context.requestId',
      route: '$context.routeKey',
      status: '$context.status',
    });
    for (const field of Object.values(fields)) {
      expect(field).not.toMatch(/identity|\.path|principalId|claims|authorizer\.(?!latency|status|error)/);
    }
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
