import { Annotations, Validations } from 'aws-cdk-lib';
import { HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import type { HttpApi, HttpRoute } from 'aws-cdk-lib/aws-apigatewayv2';
import type { HttpLambdaAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { Function } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { addAdminRoutes } from './admin-routes.ts';
import type { Authorizers } from './authorizers.ts';
import type { Throttle } from './clerk-user-sync-props.ts';
import type { LimitedRoutes } from './limited-routes.ts';
import { throttleRoutes } from './limited-routes.ts';
import { addStage, ownHttpApi } from './own-api.ts';
import type { OwnApiProps } from './own-api.ts';
import { OPEN, UNSCOPED } from './route-defaults.ts';

const WEBHOOK_PATH = '/webhooks/clerk';
const ME_PATH = '/users/me';
const SYNC_PATH = '/users/sync';
const HEALTH_PATHS = ['/health', '/health/user-sync'];

export interface SyncApiProps extends OwnApiProps {
  /** Undefined for one of the mirror's own. */
  readonly api: HttpApi | undefined;
  readonly functions: Readonly<Record<'webhook' | 'users' | 'whoami', Function>>;
  /** Absent where there is no administrative API. */
  readonly admin: Function | undefined;
  readonly authorizers: Authorizers;
  readonly webhookThrottle: Throttle;
  readonly syncThrottle: Throttle;
  readonly patchThrottle: Throttle;
  /** Undefined for no health routes. */
  readonly health: Function | undefined;
  readonly healthThrottle: Throttle;
}

/** The HTTP API: Clerk's webhook, and the routes behind an authorizer. */
export class SyncApi extends Construct {
  readonly http: HttpApi;
  /** Without a slash at the end. */
  readonly url: string;

  constructor(scope: Construct, id: string, props: SyncApiProps) {
    super(scope, id);
    this.http = props.api ?? ownHttpApi(this, props);
    this.url = props.domain ? `https://${props.domain.name}` : this.http.apiEndpoint;
    const { syncing, verifyOnly } = props.authorizers;
    // They say how the user stands now, and ask Clerk for her themselves if need be.
    const users = new HttpLambdaIntegration('Users', props.functions.users);
    this.#protected([HttpMethod.GET], ME_PATH, verifyOnly, users);
    const patch = this.#protected([HttpMethod.PATCH], ME_PATH, verifyOnly, users);
    const sync = this.#protected([HttpMethod.POST], SYNC_PATH, verifyOnly, users);
    const whoami = new HttpLambdaIntegration('Whoami', props.functions.whoami);
    this.#protected([HttpMethod.GET], '/whoami', syncing, whoami);
    const webhook = this.#webhookRoutes(props.functions.webhook);
    const health = props.health ? this.#healthRoutes(props.health) : [];
    const limited = [
      { routes: webhook, method: HttpMethod.POST, throttle: props.webhookThrottle },
      { routes: sync, method: HttpMethod.POST, throttle: props.syncThrottle },
      { routes: patch, method: HttpMethod.PATCH, throttle: props.patchThrottle },
      { routes: health, method: HttpMethod.GET, throttle: props.healthThrottle },
      ...(props.admin ? addAdminRoutes(this.http, props.admin) : []),
    ];
    if (props.api) limitYours(props.api, limited);
    else addStage(this, this.http, props, limited);
  }

  /** Where Clerk's webhook endpoint has to point. */
  get webhookUrl(): string {
    return `${this.url}${WEBHOOK_PATH}`;
  }

  #protected(
    methods: HttpMethod[],
    path: string,
    authorizer: HttpLambdaAuthorizer,
    integration: HttpLambdaIntegration,
  ): HttpRoute[] {
    return this.http.addRoutes({ path, methods, authorizer, integration, ...UNSCOPED });
  }

  #webhookRoutes(handler: Function): HttpRoute[] {
    const routes = this.http.addRoutes({
      path: WEBHOOK_PATH,
      methods: [HttpMethod.POST],
      integration: new HttpLambdaIntegration('Webhook', handler),
      ...OPEN,
    });
    for (const route of routes) {
      Validations.of(route).acknowledge({
        id: 'AwsSolutions-APIG4',
        reason:
          'Clerk signs its messages instead of sending credentials; the function checks the signature before it reads.',
      });
    }
    return routes;
  }

  #healthRoutes(handler: Function): HttpRoute[] {
    const integration = new HttpLambdaIntegration('Health', handler);
    const routes = HEALTH_PATHS.flatMap((path) =>
      this.http.addRoutes({ path, methods: [HttpMethod.GET], integration, ...OPEN }),
    );
    for (const route of routes) {
      Validations.of(route).acknowledge({
        id: 'AwsSolutions-APIG4',
        reason: 'Uptime monitors have no credentials; the answer holds counts, and is there only when it is asked for.',
      });
    }
    return routes;
  }
}

/** On an API of yours, the limits are set on its default stage: without one, nobody but you can set them. */
function limitYours(api: HttpApi, limited: readonly LimitedRoutes[]): void {
  if (api.defaultStage) return throttleRoutes(api.defaultStage, limited);
  Annotations.of(api).addWarningV2(
    'clerk-sync:unlimited-routes',
    'This API has no default stage, so that the routes of ClerkUserSync have no limits of their own: whoever posts junk to ' +
      '/webhooks/clerk takes requests from signed-in users. Set routeSettings on your stage, as docs/construct.md shows.',
  );
}
