import { Validations } from 'aws-cdk-lib';
import { HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import type { HttpApi, HttpRoute } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { Function } from 'aws-cdk-lib/aws-lambda';
import type { Throttle } from './clerk-user-sync-props.ts';

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
  '/admin/conflicts': [HttpMethod.GET],
  '/admin/audit': [HttpMethod.GET],
};

/** People and scripts of theirs, route by route: what is more is somebody who has no business here. */
const THROTTLE: Throttle = { rateLimit: 10, burstLimit: 15 };

export interface LimitedRoutes {
  readonly routes: readonly HttpRoute[];
  /** By route key, `GET /admin/audit`. */
  readonly limits: Readonly<Record<string, Throttle>>;
}

/** Puts the administrative routes on the API, each with a narrow limit of its own. */
export function addAdminRoutes(api: HttpApi, lambda: Function): LimitedRoutes {
  const integration = new HttpLambdaIntegration('Admin', lambda);
  const routes = Object.entries(ROUTES).flatMap(([path, methods]) =>
    api.addRoutes({ path, methods: [...methods], integration }),
  );
  for (const route of routes) {
    Validations.of(route).acknowledge({
      id: 'AwsSolutions-APIG4',
      reason: 'The function itself asks for an admin key, before it reads anything else of a request.',
    });
  }
  const keys = Object.entries(ROUTES).flatMap(([path, methods]) => methods.map((method) => `${method} ${path}`));
  return { routes, limits: Object.fromEntries(keys.map((key) => [key, THROTTLE])) };
}
