import type { JsonRecord } from '../json.ts';
import { encodeBody, logTime } from './event.ts';
import { routeArn } from './route-request.ts';
import type { AuthorizerContext, RouteRequest } from './route-request.ts';

/** The event of payload format 1.0 for an integration: the form that REST APIs have. */
export function integrationEventV1(called: RouteRequest, body: Buffer, authorizer?: AuthorizerContext): JsonRecord {
  const added =
    authorizer === undefined ? {} : { authorizer: { ...authorizer.context, principalId: authorizer.principalId } };
  return {
    version: '1.0',
    ...common(called),
    requestContext: { ...requestContext(called), ...added },
    body: null,
    ...encodeBody(body, called.request.headers['content-type']),
  };
}

/** The event of payload format 1.0 for a Lambda authorizer. */
export function authorizerEventV1(called: RouteRequest, identity: readonly string[]): JsonRecord {
  return {
    version: '1.0',
    type: 'REQUEST',
    methodArn: routeArn(called),
    identitySource: identity.join(','),
    authorizationToken: identity.join(','),
    ...common(called),
    requestContext: requestContext(called),
  };
}

function common({ request, match, stage }: RouteRequest): JsonRecord {
  const headers = request.cookies.length > 0 ? { cookie: request.cookies.join('; ') } : {};
  const all = { ...request.headers, ...headers };
  const names = [...new Set(request.query.keys())];
  return {
    resource: resourceOf(match.route.key),
    path: request.path,
    httpMethod: request.method,
    headers: all,
    multiValueHeaders: Object.fromEntries(Object.entries(all).map(([name, value]) => [name, [value]] as const)),
    queryStringParameters: orNull(names.map((name) => [name, request.query.getAll(name).at(-1)])),
    multiValueQueryStringParameters: orNull(names.map((name) => [name, request.query.getAll(name)])),
    pathParameters: orNull(Object.entries(match.pathParameters)),
    stageVariables: stage.variables ?? null,
  };
}

function orNull(entries: readonly (readonly [string, unknown])[]): JsonRecord | null {
  return entries.length === 0 ? null : Object.fromEntries(entries);
}

function resourceOf(routeKey: string): string {
  return routeKey.split(' ')[1] ?? routeKey;
}

function requestContext(called: RouteRequest): JsonRecord {
  const { request, api, region } = called;
  return {
    accountId: called.accountId,
    apiId: api.apiId,
    domainName: `${api.apiId}.execute-api.${region}.amazonaws.com`,
    domainPrefix: api.apiId,
    extendedRequestId: request.requestId,
    httpMethod: request.method,
    identity: { sourceIp: request.sourceIp, userAgent: request.headers['user-agent'] ?? null },
    path: request.path,
    protocol: request.protocol,
    requestId: request.requestId,
    requestTime: logTime(request.at),
    requestTimeEpoch: request.at,
    resourceId: called.match.route.key,
    resourcePath: resourceOf(called.match.route.key),
    stage: called.stage.name,
  };
}
