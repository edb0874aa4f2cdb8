import { CfnStage } from 'aws-cdk-lib/aws-apigatewayv2';
import type { HttpMethod, HttpRoute, IHttpStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { SettingError } from './setting-error.ts';
import type { Throttle } from './clerk-user-sync-props.ts';

/** Routes of one method with a limit of their own. */
export interface LimitedRoutes {
  readonly routes: readonly HttpRoute[];
  readonly method: HttpMethod;
  readonly throttle: Throttle;
}

/** Gives routes a limit of their own, which the CDK's stage has no property for. */
export function throttleRoutes(stage: IHttpStage, limited: readonly LimitedRoutes[]): void {
  const resource = stage.node.defaultChild;
  if (!(resource instanceof CfnStage)) {
    throw new SettingError(
      'api has a default stage that was imported, whose routes cannot be limited from here. Set api to an HttpApi with a default ' +
        'stage of this app, or leave api out.',
    );
  }
  const settings = limited.flatMap(({ routes, method, throttle: { rateLimit, burstLimit } }) => {
    const limit = { ThrottlingRateLimit: rateLimit, ThrottlingBurstLimit: burstLimit };
    return routes.map(({ path }) => [`${method} ${path}`, limit] as const);
  });
  const others: unknown = resource.routeSettings;
  resource.routeSettings = { ...(typeof others === 'object' ? others : {}), ...Object.fromEntries(settings) };
  // A stage that sets a limit for a route which does not exist yet is refused.
  stage.node.addDependency(...limited.flatMap(({ routes }) => routes));
}
