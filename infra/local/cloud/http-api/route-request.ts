import type { JsonRecord } from '../json.ts';
import type { HttpApiDefinition, StageDefinition } from './definition.ts';
import type { GatewayRequest } from './request.ts';
import type { RouteMatch } from './routes.ts';

/** A request for which stage and route are chosen: what events and authorizers are made from. */
export interface RouteRequest {
  readonly request: GatewayRequest;
  readonly api: HttpApiDefinition;
  readonly stage: StageDefinition;
  /** Decoded, without the stage. */
  readonly path: string;
  readonly match: RouteMatch;
  readonly region: string;
  readonly accountId: string;
}

/** What an authorizer has added, on its way to the function. */
export interface AuthorizerContext {
  readonly context: JsonRecord;
  readonly principalId: string | undefined;
}

/** The ARN of what is called: `…:<api>/<stage>/<METHOD>/<path>`. */
export function routeArn(called: RouteRequest): string {
  return `${apiArn(called)}/${called.stage.name}/${called.request.method}${called.path}`;
}

/** The ARN that a function's permission is checked against: the route's own path, not the one that was called. */
export function permissionArn(called: RouteRequest): string {
  const [method = '', path] = called.match.route.key.split(' ');
  return `${apiArn(called)}/${called.stage.name}/${path === undefined ? method : `${method}${path}`}`;
}

export function apiArn(called: RouteRequest): string {
  return `arn:aws:execute-api:${called.region}:${called.accountId}:${called.api.apiId}`;
}
