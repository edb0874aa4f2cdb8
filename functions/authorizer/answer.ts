import type { APIGatewayAuthorizerResult, APIGatewaySimpleAuthorizerWithContextResult } from 'aws-lambda';
import type { RequestUser } from '../../shared/request/request-user.ts';
import type { Authorization } from './authorize.ts';
import type { AuthorizerEvent } from './events.ts';
import { wantsPolicy } from './events.ts';
import { fitting } from './fit-answer.ts';
import { policyAnswer } from './policy-answer.ts';
import { UNAUTHORIZED, UNAVAILABLE } from './thrown-answers.ts';

/** What the authorizer puts on the request of an HTTP API, as it is: nested. */
export interface AuthorizerContext {
  /** Absent where nobody is signed in and nobody has to be. */
  readonly user?: RequestUser;
  readonly sessionId?: string;
}

export type AuthorizerAnswer =
  | APIGatewaySimpleAuthorizerWithContextResult<AuthorizerContext>
  | APIGatewayAuthorizerResult;

/**
 * The decision in the form that the event asks for.
 *
 * @throws UNAUTHORIZED, which API Gateway answers with 401, and UNAVAILABLE, which it answers with 500; it keeps neither
 */
export function answerTo(event: AuthorizerEvent, authorization: Authorization): AuthorizerAnswer {
  return wantsPolicy(event) ? policyAnswer(authorization, event.methodArn) : simpleAnswer(authorization);
}

/** The decision as an HTTP API's simple answer: `isAuthorized: false` becomes 403. */
function simpleAnswer(authorization: Authorization): APIGatewaySimpleAuthorizerWithContextResult<AuthorizerContext> {
  switch (authorization.verdict) {
    case 'allow': {
      const { user, sessionId } = authorization;
      const session = sessionId === undefined ? {} : { sessionId };
      return fitting(user, (fitted) => ({ isAuthorized: true, context: { user: fitted, ...session } }));
    }
    case 'anonymous':
      return { isAuthorized: true, context: {} };
    case 'forbidden':
      return { isAuthorized: false, context: {} };
    case 'unauthorized':
      throw UNAUTHORIZED;
    case 'unavailable':
      throw UNAVAILABLE;
    default:
      return authorization satisfies never;
  }
}
