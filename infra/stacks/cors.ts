import { Duration } from 'aws-cdk-lib';
import { CorsHttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import type { CorsPreflightOptions } from 'aws-cdk-lib/aws-apigatewayv2';
import { isOrigin } from '../constructs/validate-props.ts';
import { SettingError } from '../constructs/setting-error.ts';
import type { Context } from './context.ts';

/**
 * Reads whose pages may call the API from an origin of their own.
 * @returns undefined for nobody's
 * @throws SettingError for what is no origin
 */
export function readCors(context: Context): CorsPreflightOptions | undefined {
  const origins = context.list('corsOrigins');
  const wrong = origins.find((origin) => !isOrigin(origin));
  if (wrong === undefined) return origins.length === 0 ? undefined : corsFor(origins);
  throw new SettingError(
    `Context corsOrigins has ${JSON.stringify(wrong)}, which is not an origin as a browser sends it. Pass scheme, host and any port, ` +
      'without a path, as -c corsOrigins=https://app.example.com,http://localhost:5173',
  );
}

/**
 * The methods and headers of the users' routes, and no more. Cookies stay out: a page of another origin sends the session token
 * as its `authorization`.
 */
function corsFor(origins: readonly string[]): CorsPreflightOptions {
  return {
    allowOrigins: [...origins],
    allowMethods: [CorsHttpMethod.GET, CorsHttpMethod.PATCH, CorsHttpMethod.POST],
    allowHeaders: ['authorization', 'content-type'],
    maxAge: Duration.hours(1),
  };
}
