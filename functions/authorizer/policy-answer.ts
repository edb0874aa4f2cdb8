import type { APIGatewayAuthorizerResult } from 'aws-lambda';
import type { RequestUser } from '../../shared/request/request-user.ts';
import type { Authorization } from './authorize.ts';
import { fitting } from './fit-answer.ts';
import { UNAUTHORIZED, UNAVAILABLE } from './thrown-answers.ts';

/** What a policy's context may hold: API Gateway refuses nested values, and hands these on as texts. */
type FlatContext = Readonly<Record<string, string | number | boolean>>;

/**
 * The decision as a policy, for REST APIs and for HTTP APIs with payload 1.0. It speaks of the whole stage: API Gateway
 * repeats it for every route, and one that named a single method would refuse all others.
 *
 * @param methodArn what is called, as the event names it
 * @throws UNAUTHORIZED, which API Gateway answers with 401, and UNAVAILABLE, which it answers with 500; a denial becomes 403
 */
export function policyAnswer(authorization: Authorization, methodArn: string): APIGatewayAuthorizerResult {
  const stage = stageOf(methodArn);
  switch (authorization.verdict) {
    case 'allow': {
      const { user, sessionId } = authorization;
      return fitting(user, (fitted) => policy(user.id, 'Allow', stage, flatContext(fitted, sessionId)));
    }
    case 'anonymous':
      return policy('anonymous', 'Allow', stage, {});
    case 'forbidden':
      return policy('forbidden', 'Deny', stage, {});
    case 'unauthorized':
      throw UNAUTHORIZED;
    case 'unavailable':
      throw UNAVAILABLE;
    default:
      return authorization satisfies never;
  }
}

function policy(
  principalId: string,
  Effect: 'Allow' | 'Deny',
  Resource: string,
  context: FlatContext,
): APIGatewayAuthorizerResult {
  const Statement = [{ Action: 'execute-api:Invoke', Effect, Resource }];
  return { principalId, policyDocument: { Version: '2012-10-17', Statement }, context };
}

/** The whole user as one text, which `currentUser` reads, and beside it what a mapping template or a log may want by name. */
function flatContext(user: RequestUser, sessionId: string | undefined): FlatContext {
  return {
    user: JSON.stringify(user),
    userId: user.id,
    emailVerified: user.emailVerified,
    synced: user.synced,
    ...(user.email !== null && { email: user.email }),
    ...(user.actor && { actor: user.actor.sub }),
    ...(sessionId !== undefined && { sessionId }),
  };
}

/** @returns every method and path of the API's stage that the ARN is of (`arn:…:execute-api:…:<api>/<stage>/<METHOD>/<path>`) */
function stageOf(methodArn: string): string {
  const stage = /^arn:[^:]+:execute-api:[^:]*:[^:]*:[^/]+\/[^/]+(?=\/)/.exec(methodArn)?.[0];
  if (stage === undefined) throw new Error('The methodArn of the event is not that of a method of an API.');
  return `${stage}/*`;
}
