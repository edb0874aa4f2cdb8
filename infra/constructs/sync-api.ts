import { Stack, Validations } from 'aws-cdk-lib';
import type { RemovalPolicy } from 'aws-cdk-lib';
import { HttpApi, HttpMethod, HttpStage } from 'aws-cdk-lib/aws-apigatewayv2';
import type { CorsPreflightOptions, HttpRoute } from 'aws-cdk-lib/aws-apigatewayv2';
import type { HttpLambdaAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { Function } from 'aws-cdk-lib/aws-lambda';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { AccessLog } from './access-log.ts';
import { addAdminRoutes } from './admin-routes.ts';
import type { Authorizers } from './authorizers.ts';
import type { Throttle } from './clerk-user-sync-props.ts';
import type { LimitedRoutes } from './limited-routes.ts';
import { throttleRoutes } from './limited-routes.ts';

const WEBHOOK_PATH = '/webhooks/clerk';
const ME_PATH = '/users/me';
const SYNC_PATH = '/users/sync';
const HEALTH_PATHS = ['/health', '/health/user-sync'];

export interface SyncApiProps {
  readonly functions: Readonly<Record<'webhook' | 'users' | 'whoami', Function>>;
  /** Absent where there is no administrative API. */
  readonly admin: Function | undefined;
  readonly authorizers: Authorizers;
  readonly throttle: Throttle;
  readonly webhookThrottle: Throttle;
  readonly syncThrottle: Throttle;
  readonly patchThrottle: Throttle;
  /** Undefined for no health routes. */
  readonly health: Function | undefined;
  readonly healthThrottle: Throttle;
  readonly accessLog: boolean;
  readonly logRetention: RetentionDays;
  readonly removalPolicy: RemovalPolicy;
  readonly cors: CorsPreflightOptions | undefined;
}

/** The HTTP API: Clerk's webhook, and the routes behind an authorizer. */
export class SyncApi extends Construct {
  readonly http: HttpApi;

  constructor(scope: Construct, id: string, props: SyncApiProps) {
    super(scope, id);
    this.http = new HttpApi(this, 'Http', {
      apiName: Stack.of(this).stackName,
      createDefaultStage: false,
      ...(props.cors && { corsPreflight: props.cors }),
    });
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
    this.#stage(props, [
      { routes: webhook, method: HttpMethod.POST, throttle: props.webhookThrottle },
      { routes: sync, method: HttpMethod.POST, throttle: props.syncThrottle },
      { routes: patch, method: HttpMethod.PATCH, throttle: props.patchThrottle },
      { routes: health, method: HttpMethod.GET, throttle: props.healthThrottle },
      ...(props.admin ? addAdminRoutes(this.http, props.admin) : []),
    ]);
  }

  /** Where Clerk's webhook endpoint has to point. */
  get webhookUrl(): string {
    return `${this.http.apiEndpoint}${WEBHOOK_PATH}`;
  }

  #protected(
    methods: HttpMethod[],
    path: string,
    authorizer: HttpLambdaAuthorizer,
    integration: HttpLambdaIntegration,
  ): HttpRoute[] {
    return this.http.addRoutes({ path, methods, authorizer, integration });
  }

  #webhookRoutes(handler: Function): HttpRoute[] {
    const routes = this.http.addRoutes({
      path: WEBHOOK_PATH,
      methods: [HttpMethod.POST],
      integration: new HttpLambdaIntegration('Webhook', handler),
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
      this.http.addRoutes({ path, methods: [HttpMethod.GET], integration }),
    );
    for (const route of routes) {
      Validations.of(route).acknowledge({
        id: 'AwsSolutions-APIG4',
        reason: 'Uptime monitors have no credentials; the answer holds counts, and is there only when it is asked for.',
      });
    }
    return routes;
  }

  #stage(props: SyncApiProps, limited: readonly LimitedRoutes[]): void {
    const stage = new HttpStage(this, 'Stage', {
      httpApi: this.http,
      autoDeploy: true,
      throttle: props.throttle,
      ...(props.accessLog && { accessLogSettings: this.#accessLog(props) }),
    });
    if (!props.accessLog) withoutAccessLog(stage);
    throttleRoutes(stage, limited);
  }

  #accessLog({ logRetention: retention, removalPolicy }: SyncApiProps): AccessLog {
    return new AccessLog(this, 'AccessLog', { retention, removalPolicy });
  }
}

function withoutAccessLog(stage: HttpStage): void {
  Validations.of(stage).acknowledge({
    id: 'AwsSolutions-APIG1',
    reason:
      'A line for each request is what unchanged ones would cost. Changes are logged by the functions, with the request id; ' +
      'refusals and errors are counted. The prop accessLog turns it on.',
  });
}
