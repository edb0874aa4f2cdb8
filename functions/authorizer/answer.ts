import type { APIGatewaySimpleAuthorizerWithContextResult } from 'aws-lambda';
import type { RequestUser } from '../../shared/request/request-user.ts';
import type { Authorization } from './authorize.ts';

/** What the authorizer puts on the request. */
export interface AuthorizerContext {
  readonly user?: RequestUser;
  readonly sessionId?: string;
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
      throw new Error('Unauthorized');
    default:
      return authorization satisfies never;
  }
}
