import { Validations } from 'aws-cdk-lib';
import { HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { Function } from 'aws-cdk-lib/aws-lambda';
import type { Throttle } from './clerk-user-sync-props.ts';
import type { LimitedRoutes } from './limited-routes.ts';
import { OPEN } from './route-defaults.ts';

/** The administrative API, by path. */
const ROUTES: Readonly<Record<string, readonly HttpMethod[]>> = {
  '/admin/sync-users': [HttpMethod.POST],
  '/admin/sync-runs': [HttpMethod.GET],
  '/admin/sync-runs/{id}': [HttpMethod.GET],
  '/admin/sync-runs/{id}/approve-deletions': [HttpMethod.POST],
  '/admin/users/{id}/sync': [HttpMethod.POST],
  '/admin/users/{id}/restore': [HttpMethod.POST],
  '/admin/users/{id}/erase': [HttpMethod.POST],
  '/admin/quarantine': [HttpMethod.GET],
  '/admin/quarantine/{id}/replay': [HttpMethod.POST],
  '/admin/quarantine/{id}/dismiss': [HttpMethod.POST],
  '/admin/roster': [HttpMethod.GET],
  '/admin/roster/import': [HttpMethod.POST],
  '/admin/roster/{email}': [HttpMethod.PUT, HttpMethod.DELETE],
  '/admin/roster/{email}/link': [HttpMethod.POST],
  '/admin/roster/{email}/unlink': [HttpMethod.POST],
  '/admin/conflicts': [HttpMethod.GET],
  '/admin/audit': [HttpMethod.GET],
};

/** People and scripts of theirs, route by route: what is more is somebody who has no business here. */
const THROTTLE: Throttle = { rateLimit: 10, burstLimit: 15 };

/** Puts the administrative routes on the API, each with a narrow limit of its own. */
export function addAdminRoutes(api: HttpApi, lambda: Function): readonly LimitedRoutes[] {
  const integration = new HttpLambdaIntegration('Admin', lambda);
  const each = Object.entries(ROUTES).flatMap(([path, methods]) => methods.map((method) => ({ path, method })));
  return each.map(({ path, method }) => {
    const routes = api.addRoutes({ path, methods: [method], integration, ...OPEN });
    for (const route of routes) {
      Validations.of(route).acknowledge({
        id: 'AwsSolutions-APIG4',
        reason: 'The function itself asks for an admin key, before it reads anything else of a request.',
      });
    }
    return { routes, method, throttle: THROTTLE };
  });
}
