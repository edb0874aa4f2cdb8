import type { JsonRecord } from '../json.ts';
import { joinedQuery } from './request.ts';
import { routeArn } from './route-request.ts';
import type { AuthorizerContext, RouteRequest } from './route-request.ts';

/** Everything else reaches a function base64-encoded, also a body without a type. */
const TEXT_TYPE = /^(text\/.*|application\/(json|javascript|xml|[\w.+-]+\+json|[\w.+-]+\+xml))$/;

/** The event of payload format 2.0 for an integration. */
export function integrationEvent(called: RouteRequest, body: Buffer, authorizer?: AuthorizerContext): JsonRecord {
  const context = requestContext(called);
  return {
    version: '2.0',
    ...common(called),
    requestContext: authorizer === undefined ? context : { ...context, authorizer: { lambda: authorizer.context } },
    ...encodeBody(body, called.request.headers['content-type']),
  };
}

/** The event of payload format 2.0 for a Lambda authorizer. */
export function authorizerEvent(called: RouteRequest, identity: readonly string[]): JsonRecord {
  return {
    version: '2.0',
    type: 'REQUEST',
    routeArn: routeArn(called),
    identitySource: identity,
    ...common(called),
    requestContext: requestContext(called),
  };
}

/** @returns `body` and `isBase64Encoded`, or only the latter for an empty body. */
export function encodeBody(body: Buffer, contentType: string | undefined): JsonRecord {
  if (body.length === 0) return { isBase64Encoded: false };
  const isText = TEXT_TYPE.test((contentType ?? '').split(';')[0]?.trim().toLowerCase() ?? '');
  return { body: body.toString(isText ? 'utf8' : 'base64'), isBase64Encoded: !isText };
}

function common({ request, match, stage }: RouteRequest): JsonRecord {
  return {
    routeKey: match.route.key,
    rawPath: request.path,
    rawQueryString: request.rawQuery,
    ...(request.cookies.length > 0 ? { cookies: request.cookies } : {}),
    headers: request.headers,
    ...(request.query.size > 0 ? { queryStringParameters: joinedQuery(request.query) } : {}),
    ...(Object.keys(match.pathParameters).length > 0 ? { pathParameters: match.pathParameters } : {}),
    ...(stage.variables === undefined ? {} : { stageVariables: stage.variables }),
  };
}

function requestContext(called: RouteRequest): JsonRecord {
  const { request, api, region } = called;
  return {
    accountId: called.accountId,
    apiId: api.apiId,
    domainName: `${api.apiId}.execute-api.${region}.amazonaws.com`,
    domainPrefix: api.apiId,
    http: {
      method: request.method,
      path: request.path,
      protocol: request.protocol,
      sourceIp: request.sourceIp,
      userAgent: request.headers['user-agent'] ?? '',
    },
    requestId: request.requestId,
    routeKey: called.match.route.key,
    stage: called.stage.name,
    time: logTime(request.at),
    timeEpoch: request.at,
  };
}

/** As access logs have it: `12/Mar/2020:19:03:58 +0000`. */
export function logTime(at: number): string {
  const [, day, month, year, time] = new Date(at).toUTCString().split(' ');
  return `${day}/${month}/${year}:${time} +0000`;
}
