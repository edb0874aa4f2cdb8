import { App, Stack } from 'aws-cdk-lib';
import { RestApi } from 'aws-cdk-lib/aws-apigateway';
import { HttpApi, HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpUrlIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { describe, expect, it } from 'vitest';
import { guestIn, newDirectory, ofType, only, readResources } from './stack.ts';
import type { Guest } from './stack.ts';

const VARIANTS = ['syncing', 'verifyOnly', 'optional'] as const;

describe('an API in another stack than the mirror', () => {
  it.each(['request', 'token'] as const)(
    'that is a REST API has authorizers by %s, and lets itself call them',
    (type) => {
      const { sync, stack, shop } = twoStacks();
      const rest = new RestApi(shop, 'Rest');
      for (const variant of type === 'token' ? (['syncing', 'verifyOnly'] as const) : VARIANTS) {
        const authorizer = sync.createRestAuthorizer(shop, `Users-${variant}`, { variant, type });
        rest.root.addResource(variant).addMethod('GET', undefined, { authorizer });
      }
      const resources = readResources(shop);
      const permitted = ofType(resources, 'AWS::Lambda::Permission').map(({ Properties }) => Properties);
      const authorizers = ofType(resources, 'AWS::ApiGateway::Authorizer');
      expect(permitted).toHaveLength(authorizers.length);
      for (const { Properties } of authorizers) {
        const asked = aliasIn(Properties['AuthorizerUri']);
        expect(permitted.map(({ FunctionName }) => aliasIn(FunctionName))).toContain(asked);
      }
      expect(new Set(authorizers.map(({ Properties }) => aliasIn(Properties['AuthorizerUri']))).size).toBe(
        authorizers.length,
      );
      expect(dependencies(stack, shop)).toEqual({ mirror: [], shop: ['users'] });
    },
  );

  it('that is a REST API may name one authorizer twice over, for two APIs', () => {
    const { sync, shop } = twoStacks();
    for (const name of ['One', 'Two']) {
      const authorizer = sync.createRestAuthorizer(shop, `${name}Users`);
      new RestApi(shop, name).root.addMethod('GET', undefined, { authorizer });
    }
    expect(ofType(readResources(shop), 'AWS::Lambda::Permission')).toHaveLength(2);
  });

  it('that is an HTTP API has one likewise', () => {
    const { sync, stack, shop } = twoStacks();
    new HttpApi(shop, 'Http').addRoutes({
      path: '/orders',
      methods: [HttpMethod.GET],
      integration: new HttpUrlIntegration('Orders', 'https://orders.example.com'),
      authorizer: sync.createHttpAuthorizer(),
    });
    const resources = readResources(shop);
    const { Properties } = only(resources, 'AWS::ApiGatewayV2::Authorizer');
    expect(aliasIn(only(resources, 'AWS::Lambda::Permission').Properties['FunctionName'])).toBe(
      aliasIn(Properties['AuthorizerUri']),
    );
    expect(dependencies(stack, shop)).toEqual({ mirror: [], shop: ['users'] });
  });
});

function twoStacks(): Guest & { readonly shop: Stack } {
  const app = new App({ outdir: newDirectory() });
  const env = { account: '111122223333', region: 'eu-west-1' };
  const guest = guestIn(new Stack(app, 'users', { env }), { optionalAuthorizer: true });
  return { ...guest, shop: new Stack(app, 'shop', { env }) };
}

/** The alias that a value names by another stack's output. */
function aliasIn(value: unknown): string {
  const [name] = /users:ExportsOutputRef\w*Alias\w*/.exec(JSON.stringify(value)) ?? [];
  if (name === undefined) throw new Error(`names no alias: ${JSON.stringify(value)}`);
  return name;
}

function dependencies(mirror: Stack, shop: Stack): Readonly<Record<'mirror' | 'shop', readonly string[]>> {
  const names = (stack: Stack): readonly string[] => stack.dependencies.map(({ stackName }) => stackName);
  return { mirror: names(mirror), shop: names(shop) };
}
