import type { APIGatewaySimpleAuthorizerWithContextResult } from 'aws-lambda';
import type { RequestUser } from '../../shared/request/request-user.ts';
import type { Authorization } from './authorize.ts';

/** What the authorizer puts on the request. */
export interface AuthorizerContext {
  readonly user?: RequestUser;
  readonly sessionId?: string;
}

/**
 * What API Gateway turns into 401. One error for all, without a stack: the runtime logs whatever is thrown, and a stream of
 * bad tokens must not become a stream of stacks.
 */
const UNAUTHORIZED = Object.assign(new Error('Unauthorized'), { stack: 'Unauthorized' });

export function isUnauthorized(error: unknown): boolean {
  return error === UNAUTHORIZED;
}

/**
 * The decision as an HTTP API's simple response.
 *
 * @throws Error('Unauthorized'), which API Gateway answers with 401; `isAuthorized: false` becomes 403
 */
export function simpleResponse(
  authorization: Authorization,
): APIGatewaySimpleAuthorizerWithContextResult<AuthorizerContext> {
  switch (authorization.verdict) {
    case 'allow':
      return { isAuthorized: true, context: { user: authorization.user, sessionId: authorization.sessionId } };
    case 'forbidden':
      return { isAuthorized: false, context: {} };
    case 'unauthorized':
      throw UNAUTHORIZED;
    default:
      return authorization satisfies never;
  }
}
