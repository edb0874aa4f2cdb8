import { Duration } from 'aws-cdk-lib';
import { HttpLambdaAuthorizer, HttpLambdaResponseType } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import type { Function } from 'aws-cdk-lib/aws-lambda';

/** The authorizer's code three times, each set up for one job. For a REST API, make authorizers of its own from these. */
export interface AuthorizerFunctions {
  /** Verifies the token and keeps the mirror. */
  readonly syncing: Function;
  /** Verifies the token and only reads the mirror: for routes that do the syncing themselves. */
  readonly verifyOnly: Function;
  /** As `syncing`, and lets everybody in who has no token; there only when asked for. */
  readonly optional: Function | undefined;
}

/** What routes of the HTTP API are put behind. */
export interface Authorizers {
  readonly syncing: HttpLambdaAuthorizer;
  readonly verifyOnly: HttpLambdaAuthorizer;
  readonly optional: HttpLambdaAuthorizer | undefined;
}

export type TokenFrom = 'header' | 'cookie' | 'both';

const AUTHORIZATION = '$request.header.Authorization';
const COOKIE = '$request.header.Cookie';

/** What must be there for the authorizer to be called at all. All that are named must be, so for either of two there is none. */
const IDENTITY_SOURCES: Readonly<Record<TokenFrom, string[]>> = { header: [AUTHORIZATION], cookie: [COOKIE], both: [] };

const NO_CACHE = Duration.seconds(0);

/**
 * The HTTP API's authorizers. Only the syncing one is cached: the verify-only one stands before answers about the moment, and
 * one without an identity source has nothing that a cache could tell requests apart by.
 */
export function createAuthorizers(
  functions: AuthorizerFunctions,
  { tokenFrom, cacheTtl }: { readonly tokenFrom: TokenFrom; readonly cacheTtl: Duration },
): Authorizers {
  const identitySource = IDENTITY_SOURCES[tokenFrom];
  const { syncing, verifyOnly, optional } = functions;
  return {
    syncing: authorizer('Authorizer', syncing, identitySource, cacheTtl),
    verifyOnly: authorizer('VerifyOnlyAuthorizer', verifyOnly, identitySource, NO_CACHE),
    optional: optional && authorizer('OptionalAuthorizer', optional, [], NO_CACHE),
  };
}

function authorizer(
  id: string,
  handler: Function,
  identitySource: string[],
  resultsCacheTtl: Duration,
): HttpLambdaAuthorizer {
  const responseTypes = [HttpLambdaResponseType.SIMPLE];
  return new HttpLambdaAuthorizer(id, handler, { responseTypes, identitySource, resultsCacheTtl });
}
