import type { RemovalPolicy } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import { LogGroupLogDestination } from 'aws-cdk-lib/aws-apigatewayv2';
import type { IAccessLogSettings } from 'aws-cdk-lib/aws-apigatewayv2';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';

/**
 * What the gateway writes about a request: how it was routed, how long it took and what refused it. Nothing about the
 * person: no address, no user agent, no path (which may carry ids), no claim.
 */
const FIELDS = {
  requestId: '$context.requestId',
  time: '$context.requestTimeEpoch',
  route: '$context.routeKey',
  status: '$context.status',
  latency: '$context.responseLatency',
  integrationLatency: '$context.integrationLatency',
  integrationError: '$context.integrationErrorMessage',
  authorizerLatency: '$context.authorizer.latency',
  authorizerStatus: '$context.authorizer.status',
  authorizerError: '$context.authorizer.error',
  gatewayError: '$context.error.message',
};

/** The API's access log: one JSON line per request in a log group of its own. */
export class AccessLog extends Construct implements IAccessLogSettings {
  readonly destination: LogGroupLogDestination;
  readonly format = AccessLogFormat.custom(JSON.stringify(FIELDS));

  constructor(scope: Construct, id: string, props: { retention: RetentionDays; removalPolicy: RemovalPolicy }) {
    super(scope, id);
    this.destination = new LogGroupLogDestination(new LogGroup(this, 'Logs', props));
  }
}
