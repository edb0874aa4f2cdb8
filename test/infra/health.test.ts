import { Template } from 'aws-cdk-lib/assertions';
import { App } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { createApp } from '../../infra/stacks/create-app.ts';
import { parseHealthConfig } from '../../shared/config/health-config.ts';
import { ConfigInvalid } from '../../shared/config/config-error.ts';
import { bundles, functionOf, ofType, only, resourcesOf, statementsOfFunction, target } from './stack.ts';
import type { Resource } from './stack.ts';

const ROUTES = ['GET /health', 'GET /health/user-sync'];

function routesOf(resources: readonly Resource[]): readonly Resource[] {
  return ofType(resources, 'AWS::ApiGatewayV2::Route').filter(({ Properties }) =>
    String(Properties['RouteKey']).includes('/health'),
  );
}

/** The variables as the process will have them, with logical ids for names. */
function environmentOf(resources: readonly Resource[]): Record<string, string> {
  const { Variables } = functionOf(resources, 'health').Properties['Environment'] as {
    Variables: Record<string, unknown>;
  };
  return Object.fromEntries(Object.entries(Variables).map(([name, value]) => [name, joined(value)]));
}

function joined(value: unknown): string {
  if (typeof value === 'string') return value;
  const { 'Fn::Join': [separator = '', parts = []] = [] } = value as { 'Fn::Join'?: [string, unknown[]] };
  return parts.map((part) => (typeof part === 'string' ? part : target(part))).join(separator);
}

describe('the health routes', () => {
  it('are not there unless they are asked for, nor is their function', () => {
    const resources = resourcesOf();
    expect(routesOf(resources)).toEqual([]);
    expect(JSON.stringify(resources)).not.toContain('GetMetricData');
  });

  it('are open to everybody, and each limited by itself', () => {
    const resources = resourcesOf({ health: true });
    const routes = routesOf(resources);
    expect(routes.map(({ Properties }) => [Properties['RouteKey'], Properties['AuthorizationType']])).toEqual(
      ROUTES.map((route) => [route, 'NONE']),
    );
    const stage = only(resources, 'AWS::ApiGatewayV2::Stage');
    const limit = { ThrottlingRateLimit: 10, ThrottlingBurstLimit: 20 };
    expect(stage.Properties['RouteSettings']).toEqual({
      'POST /webhooks/clerk': { ThrottlingRateLimit: 500, ThrottlingBurstLimit: 1000 },
      'POST /users/sync': { ThrottlingRateLimit: 25, ThrottlingBurstLimit: 50 },
      'PATCH /users/me': { ThrottlingRateLimit: 50, ThrottlingBurstLimit: 100 },
      ...Object.fromEntries(ROUTES.map((route) => [route, limit])),
    });
    expect(stage.DependsOn).toEqual(expect.arrayContaining(routes.map(({ logicalId }) => logicalId)));
  });

  it('take another limit from the props', () => {
    const resources = resourcesOf({ health: true, healthThrottle: { rateLimit: 1, burstLimit: 2 } });
    expect(only(resources, 'AWS::ApiGatewayV2::Stage').Properties['RouteSettings']).toMatchObject({
      'GET /health': { ThrottlingRateLimit: 1, ThrottlingBurstLimit: 2 },
    });
  });

  it('are switched on by the context', () => {
    const app = new App({
      context: { issuer: 'https://clerk.example.com', authorizedParties: 'https://a.example.com' },
    });
    expect(JSON.stringify(Template.fromStack(stackOf(app, {})).toJSON())).not.toContain('GET /health');
    expect(JSON.stringify(Template.fromStack(stackOf(app, { health: 'true' })).toJSON())).toContain('GET /health');

    function stackOf({ node }: App, context: Record<string, string>) {
      const own: unknown = node.getAllContext();
      const [stack] = createApp({ context: { ...(own as object), ...context } }, bundles).node.children;
      return stack as Parameters<typeof Template.fromStack>[0];
    }
  });
});

describe('the health function', () => {
  it('is small and quick, and reads metrics and nothing else', () => {
    const resources = resourcesOf({ health: true });
    expect(functionOf(resources, 'health').Properties).toMatchObject({
      Runtime: 'nodejs24.x',
      Timeout: 5,
      MemorySize: 256,
    });
    const actions = statementsOfFunction(resources, 'health').flatMap(({ Action }) => Action);
    expect(actions.filter((action) => !action.startsWith('logs:'))).toEqual(['cloudwatch:GetMetricData']);
  });

  it.each([
    [false, ['authorizer', 'verifyOnly', 'webhook', 'users']],
    [true, ['authorizer', 'verifyOnly', 'optionalAuth', 'webhook', 'users']],
  ] as const)('watches every function that syncs (optional authorizer: %s)', (optionalAuthorizer, names) => {
    const resources = resourcesOf({ health: true, optionalAuthorizer, logLevel: 'warn' });
    expect(parseHealthConfig(environmentOf(resources))).toEqual({
      logLevel: 'warn',
      stackName: 'clerk-sync-test/Sync',
      functionNames: names.map((name) => functionOf(resources, name).logicalId),
    });
  });

  it.each([
    [{ METRICS_STACK: 's' }, /SYNCING_FUNCTIONS is not valid: set it to the names/],
    [{ METRICS_STACK: 's', SYNCING_FUNCTIONS: 'a,,b' }, /SYNCING_FUNCTIONS is not valid/],
    [{ METRICS_STACK: 's', SYNCING_FUNCTIONS: 'a b' }, /SYNCING_FUNCTIONS is not valid/],
    [{ SYNCING_FUNCTIONS: 'a' }, /METRICS_STACK is not set/],
  ])('does not start with %j', (environment, message) => {
    expect(() => parseHealthConfig(environment)).toThrow(ConfigInvalid);
    expect(() => parseHealthConfig(environment)).toThrow(message);
  });
});
