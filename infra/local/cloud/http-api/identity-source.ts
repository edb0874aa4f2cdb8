import { asPrintable } from '../json.ts';
import { joinedQuery } from './request.ts';
import type { RouteRequest } from './route-request.ts';

/**
 * Reads what an identity source names: `$request.header.X`, `$request.querystring.x`, `$context.x` or
 * `$stageVariables.x`.
 * @returns undefined when the request does not have it, or has it empty: it is refused then without a call.
 * @throws For an expression of another kind.
 */
export function identityValue(expression: string, called: RouteRequest): string | undefined {
  const value = lookUp(expression, called);
  return value === '' ? undefined : value;
}

function lookUp(expression: string, called: RouteRequest): string | undefined {
  const { request, stage } = called;
  const [, source, name = ''] =
    /^\$(request\.header|request\.querystring|context|stageVariables)\.(.+)$/.exec(expression) ?? [];
  switch (source ?? '') {
    case 'request.header':
      return name.toLowerCase() === 'cookie' ? request.cookies.join('; ') : request.headers[name.toLowerCase()];
    case 'request.querystring':
      return joinedQuery(request.query)[name];
    case 'context':
      return asPrintable(contextVariables(called)[name]);
    case 'stageVariables':
      return stage.variables?.[name];
    default:
      throw new Error(`The identity source ${expression} is not supported by the local cloud.`);
  }
}

function contextVariables(called: RouteRequest): Record<string, unknown> {
  const { request, api, stage, match } = called;
  return {
    accountId: called.accountId,
    apiId: api.apiId,
    domainName: `${api.apiId}.execute-api.${called.region}.amazonaws.com`,
    domainPrefix: api.apiId,
    httpMethod: request.method,
    'identity.sourceIp': request.sourceIp,
    'identity.userAgent': request.headers['user-agent'],
    path: request.path,
    protocol: request.protocol,
    requestId: request.requestId,
    requestTimeEpoch: request.at,
    routeKey: match.route.key,
    stage: stage.name,
  };
}
