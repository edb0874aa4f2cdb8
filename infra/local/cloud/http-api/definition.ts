import { asNumber, asRecord, asText, isRecord, isTrue, texts } from '../json.ts';
import type { JsonRecord } from '../json.ts';
import type { Resource, Stack } from '../template/stack.ts';

/** An `AWS::ApiGatewayV2::Api` of protocol HTTP with everything that belongs to it. */
export interface HttpApiDefinition {
  readonly logicalId: string;
  readonly apiId: string;
  readonly routes: readonly RouteDefinition[];
  readonly stages: readonly StageDefinition[];
  readonly cors: CorsDefinition | undefined;
}

export interface RouteDefinition {
  /** As the template has it: `GET /users/{id}`, `$default`. */
  readonly key: string;
  readonly integration: IntegrationDefinition | undefined;
  readonly authorization: 'none' | AuthorizerDefinition | NotImitated;
}

/** Something that the template wants and this machine cannot do. */
interface NotImitated {
  readonly notImitated: string;
}

export interface IntegrationDefinition {
  /** Undefined when it is no Lambda function. */
  readonly functionArn: string | undefined;
  readonly payloadVersion: '1.0' | '2.0';
  readonly timeoutMs: number;
  /** It calls with a role instead of the function's own permission. */
  readonly hasRole: boolean;
}

export interface AuthorizerDefinition {
  readonly authorizerId: string;
  readonly functionArn: string;
  readonly payloadVersion: '1.0' | '2.0';
  readonly simpleResponses: boolean;
  readonly identitySources: readonly string[];
  readonly ttlSeconds: number;
  readonly hasRole: boolean;
}

export interface StageDefinition {
  readonly name: string;
  readonly variables: Readonly<Record<string, string>> | undefined;
  readonly defaultThrottle: ThrottleDefinition;
  /** By route key. */
  readonly routeThrottles: ReadonlyMap<string, ThrottleDefinition>;
}

export interface ThrottleDefinition {
  readonly ratePerSecond: number | undefined;
  readonly burst: number | undefined;
}

export interface CorsDefinition {
  readonly origins: readonly string[];
  readonly methods: readonly string[];
  readonly headers: readonly string[];
  readonly exposed: readonly string[];
  readonly maxAgeSeconds: number | undefined;
  readonly credentials: boolean;
}

const DEFAULT_TIMEOUT_MS = 30_000;
const DEFAULT_TTL_SECONDS = 300;

export function httpApis(stack: Stack): HttpApiDefinition[] {
  return stack
    .ofType('AWS::ApiGatewayV2::Api')
    .filter((api) => api.property('ProtocolType') === 'HTTP')
    .map((api) => apiOf(api, stack));
}

function apiOf(api: Resource, stack: Stack): HttpApiDefinition {
  const own = (type: string): Resource[] =>
    stack.ofType(`AWS::ApiGatewayV2::${type}`).filter((part) => part.property('ApiId') === api.physicalId);
  const integrations = new Map(own('Integration').map((part) => [part.physicalId, integrationOf(part)]));
  const authorizers = new Map(own('Authorizer').map((part) => [part.physicalId, authorizerOf(part)]));
  return {
    logicalId: api.logicalId,
    apiId: api.physicalId,
    routes: own('Route').map((route) => ({
      key: asText(route.property('RouteKey')) ?? '',
      integration: integrations.get((asText(route.property('Target')) ?? '').replace('integrations/', '')),
      authorization: authorizationOf(route, authorizers),
    })),
    stages: own('Stage').map(stageOf),
    cors: corsOf(api.property('CorsConfiguration')),
  };
}

function authorizationOf(
  route: Resource,
  authorizers: ReadonlyMap<string, AuthorizerDefinition | NotImitated>,
): RouteDefinition['authorization'] {
  const type = asText(route.property('AuthorizationType')) ?? 'NONE';
  if (type === 'NONE') return 'none';
  const authorizer = authorizers.get(asText(route.property('AuthorizerId')) ?? '');
  return (type === 'CUSTOM' ? authorizer : undefined) ?? { notImitated: `authorization of the type ${type}` };
}

function integrationOf(part: Resource): IntegrationDefinition {
  return {
    functionArn: lambdaArn(asText(part.property('IntegrationUri')) ?? ''),
    payloadVersion: part.property('PayloadFormatVersion') === '2.0' ? '2.0' : '1.0',
    timeoutMs: asNumber(part.property('TimeoutInMillis')) ?? DEFAULT_TIMEOUT_MS,
    hasRole: part.property('CredentialsArn') !== undefined,
  };
}

function authorizerOf(part: Resource): AuthorizerDefinition | NotImitated {
  const functionArn = lambdaArn(asText(part.property('AuthorizerUri')) ?? '');
  if (part.property('AuthorizerType') !== 'REQUEST' || functionArn === undefined) {
    return { notImitated: `the authorizer ${part.logicalId}, which is no Lambda authorizer` };
  }
  const identitySources = texts(part.property('IdentitySource'));
  const ttl = asNumber(part.property('AuthorizerResultTtlInSeconds'));
  const ttlSeconds = ttl ?? (identitySources.length > 0 ? DEFAULT_TTL_SECONDS : 0);
  if (ttlSeconds > 0 && identitySources.length === 0) {
    throw new Error(
      `Resources.${part.logicalId}: an authorizer without IdentitySource cannot be cached: ` +
        'set AuthorizerResultTtlInSeconds to 0, or name the identity sources.',
    );
  }
  return {
    authorizerId: part.physicalId,
    functionArn,
    payloadVersion: part.property('AuthorizerPayloadFormatVersion') === '2.0' ? '2.0' : '1.0',
    simpleResponses: isTrue(part.property('EnableSimpleResponses')),
    identitySources,
    ttlSeconds,
    hasRole: part.property('AuthorizerCredentialsArn') !== undefined,
  };
}

/** A function's ARN stands in a URI bare, or in the form `arn:…:lambda:path/2015-03-31/functions/<ARN>/invocations`. */
function lambdaArn(uri: string): string | undefined {
  const wrapped = /\/functions\/(arn:[^/]+:lambda:[^/]+)\/invocations$/.exec(uri)?.[1];
  return wrapped ?? (/^arn:[^:]+:lambda:[^/]+$/.test(uri) ? uri : undefined);
}

function stageOf(part: Resource): StageDefinition {
  const variables = part.property('StageVariables');
  const perRoute = Object.entries(asRecord(part.property('RouteSettings')));
  return {
    name: part.physicalId,
    variables: isRecord(variables) ? textEntries(variables) : undefined,
    defaultThrottle: throttleOf(part.property('DefaultRouteSettings')),
    routeThrottles: new Map(perRoute.map(([key, settings]) => [key, throttleOf(settings)])),
  };
}

function textEntries(record: JsonRecord): Record<string, string> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, String(value)] as const));
}

function throttleOf(settings: unknown): ThrottleDefinition {
  const given = asRecord(settings);
  return {
    ratePerSecond: asNumber(given['ThrottlingRateLimit']),
    burst: asNumber(given['ThrottlingBurstLimit']),
  };
}

function corsOf(value: unknown): CorsDefinition | undefined {
  if (!isRecord(value)) return undefined;
  return {
    origins: texts(value['AllowOrigins']),
    methods: texts(value['AllowMethods']),
    headers: texts(value['AllowHeaders']),
    exposed: texts(value['ExposeHeaders']),
    maxAgeSeconds: asNumber(value['MaxAge']),
    credentials: isTrue(value['AllowCredentials']),
  };
}
