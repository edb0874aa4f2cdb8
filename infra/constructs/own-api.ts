import { Stack, Validations } from 'aws-cdk-lib';
import type { RemovalPolicy } from 'aws-cdk-lib';
import { DomainName, HttpApi, HttpStage, SecurityPolicy } from 'aws-cdk-lib/aws-apigatewayv2';
import type { CorsPreflightOptions } from 'aws-cdk-lib/aws-apigatewayv2';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { ARecord, RecordTarget } from 'aws-cdk-lib/aws-route53';
import { ApiGatewayv2DomainProperties } from 'aws-cdk-lib/aws-route53-targets';
import type { Construct } from 'constructs';
import { AccessLog } from './access-log.ts';
import type { Throttle } from './clerk-user-sync-props.ts';
import type { DomainSettings } from './hosting-props.ts';
import type { LimitedRoutes } from './limited-routes.ts';
import { throttleRoutes } from './limited-routes.ts';

/** What an HTTP API of the mirror's own is set up with. */
export interface OwnApiProps {
  readonly throttle: Throttle;
  readonly cors: CorsPreflightOptions | undefined;
  readonly domain: DomainSettings | undefined;
  readonly accessLog: boolean;
  readonly logRetention: RetentionDays;
  readonly removalPolicy: RemovalPolicy;
}

export function ownHttpApi(scope: Construct, { cors }: OwnApiProps): HttpApi {
  return new HttpApi(scope, 'Http', {
    apiName: Stack.of(scope).stackName,
    createDefaultStage: false,
    ...(cors && { corsPreflight: cors }),
  });
}

/** The API's one stage, once its routes are there: with their limits, its log and its name. */
export function addStage(
  scope: Construct,
  httpApi: HttpApi,
  props: OwnApiProps,
  limited: readonly LimitedRoutes[],
): void {
  const { throttle, domain } = props;
  const stage = new HttpStage(scope, 'Stage', {
    httpApi,
    autoDeploy: true,
    throttle,
    ...(props.accessLog && { accessLogSettings: accessLogOf(scope, props) }),
    ...(domain && { domainMapping: { domainName: ownDomain(scope, domain) } }),
  });
  if (!props.accessLog) withoutAccessLog(stage);
  throttleRoutes(stage, limited);
}

function accessLogOf(scope: Construct, { logRetention: retention, removalPolicy }: OwnApiProps): AccessLog {
  return new AccessLog(scope, 'AccessLog', { retention, removalPolicy });
}

function withoutAccessLog(stage: HttpStage): void {
  Validations.of(stage).acknowledge({
    id: 'AwsSolutions-APIG1',
    reason:
      'A line for each request is what unchanged ones would cost. Changes are logged by the functions, with the request id; ' +
      'refusals and errors are counted. The prop accessLog turns it on.',
  });
}

function ownDomain(scope: Construct, { name: domainName, certificate, hostedZone: zone }: DomainSettings): DomainName {
  const domain = new DomainName(scope, 'Domain', {
    domainName,
    certificate,
    securityPolicy: SecurityPolicy.TLS_1_2,
  });
  if (zone) {
    const { regionalDomainName, regionalHostedZoneId } = domain;
    const target = RecordTarget.fromAlias(new ApiGatewayv2DomainProperties(regionalDomainName, regionalHostedZoneId));
    // The dot at the end: the name is whole, and nothing of the zone is put after it.
    new ARecord(scope, 'DomainRecord', { zone, recordName: `${domainName}.`, target });
  }
  return domain;
}
