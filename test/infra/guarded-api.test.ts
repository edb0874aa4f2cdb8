import { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpIamAuthorizer, HttpJwtAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { describe, expect, it } from 'vitest';
import { guestWith, ofType } from './stack.ts';

const EVERYTHING = { health: true, admin: true };
/** They sign, are public, or have keys of their own: whatever else is asked of them, none of them has it. */
const OPEN = /^(POST \/webhooks\/clerk|GET \/health.*|[A-Z]+ \/admin\/.*)$/;

describe('an HTTP API of yours that asks every route for credentials by default', () => {
  const guest = guestWith((stack) => {
    const defaultAuthorizer = new HttpJwtAuthorizer('Staff', 'https://staff.example.com', { jwtAudience: ['shop'] });
    return {
      api: new HttpApi(stack, 'Shop', { defaultAuthorizer, defaultAuthorizationScopes: ['read'] }),
      ...EVERYTHING,
    };
  });
  const routes = ofType(guest.resources(), 'AWS::ApiGatewayV2::Route').map(({ Properties }) => Properties);
  const keyOf = (route: (typeof routes)[number]): string => String(route['RouteKey']);

  it('lets Clerk, uptime monitors and admins through to the functions, which check for themselves who they are', () => {
    const open = routes.filter((route) => OPEN.test(keyOf(route)));
    expect(open.length).toBeGreaterThan(20);
    for (const route of open) {
      expect([keyOf(route), route['AuthorizationType'], route['AuthorizerId']]).toEqual([
        keyOf(route),
        'NONE',
        undefined,
      ]);
    }
  });

  it('asks users for nothing but their session', () => {
    const ofUsers = routes.filter((route) => !OPEN.test(keyOf(route)));
    expect(ofUsers.map(keyOf).toSorted()).toEqual([
      'GET /users/me',
      'GET /whoami',
      'PATCH /users/me',
      'POST /users/sync',
    ]);
    for (const route of ofUsers) expect(route['AuthorizationType']).toBe('CUSTOM');
  });

  it('asks no route of the mirror for its scopes, which only tokens of its own have', () => {
    expect(routes.filter((route) => route['AuthorizationScopes'] !== undefined).map(keyOf)).toEqual([]);
  });

  it('does not ask for AWS credentials either, where that is the default', () => {
    const { resources } = guestWith((stack) => ({
      api: new HttpApi(stack, 'Shop', { defaultAuthorizer: new HttpIamAuthorizer() }),
      ...EVERYTHING,
    }));
    const types = ofType(resources(), 'AWS::ApiGatewayV2::Route').map(
      ({ Properties }) => Properties['AuthorizationType'],
    );
    expect(new Set(types)).toEqual(new Set(['NONE', 'CUSTOM']));
  });
});
