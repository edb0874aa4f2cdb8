import { Stack } from 'aws-cdk-lib';
import { IdentitySource, RequestAuthorizer, TokenAuthorizer } from 'aws-cdk-lib/aws-apigateway';
import type { Authorizer } from 'aws-cdk-lib/aws-apigateway';
import { Function } from 'aws-cdk-lib/aws-lambda';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { AnswerCache } from './authorizers.ts';
import { SettingError } from './setting-error.ts';

/** How a REST API asks: with the token alone, or with the whole request. */
export type RestAuthorizerType = 'request' | 'token';

/**
 * An authorizer for methods of a REST API. Its answers are policies for the whole stage, so that one that is repeated for another
 * method never refuses it.
 *
 * @throws SettingError for a type that cannot read the token where it is
 */
export function restAuthorizer(
  scope: Construct,
  id: string,
  alias: IFunction,
  { tokenFrom, ttl: resultsCacheTtl, type }: AnswerCache & { readonly type: RestAuthorizerType },
): Authorizer {
  if (type === 'token' && tokenFrom !== 'header') {
    throw new SettingError(
      `type is token, which reads one header, and a request's token is expected in: ${tokenFrom}. Leave type out for an ` +
        'authorizer that is given the whole request, or set tokenFrom to header and variant to syncing or verifyOnly.',
    );
  }
  const handler = inStackOf(scope, id, alias);
  if (type === 'token') return new TokenAuthorizer(scope, id, { handler, resultsCacheTtl });
  return new RequestAuthorizer(scope, id, { handler, resultsCacheTtl, identitySources: SOURCES[tokenFrom] });
}

/**
 * The permission to call a function stands where the function does, and names the API: from another stack, which names the function,
 * each would wait for the other. As an imported one it has its permission in the stack of the API.
 */
function inStackOf(scope: Construct, id: string, alias: IFunction): IFunction {
  if (Stack.of(scope) === Stack.of(alias)) return alias;
  const { functionArn } = alias;
  return Function.fromFunctionAttributes(scope, `${id}Function`, { functionArn, sameEnvironment: true });
}

/** All that are named must be there, so for either of two there is none. */
const SOURCES: Readonly<Record<AnswerCache['tokenFrom'], string[]>> = {
  header: [IdentitySource.header('Authorization')],
  cookie: [IdentitySource.header('Cookie')],
  both: [],
  nowhere: [],
};
