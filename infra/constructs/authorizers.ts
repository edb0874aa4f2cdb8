import { Duration } from 'aws-cdk-lib';
import { HttpLambdaAuthorizer, HttpLambdaResponseType } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { SettingError } from './setting-error.ts';

/** What there is of each kind of authorizer. */
export interface AuthorizerVariants<T> {
  /** Verifies the token and keeps the mirror. */
  readonly syncing: T;
  /** Verifies the token and only reads the mirror: for routes that do the syncing themselves. */
  readonly verifyOnly: T;
  /** As `syncing`, and lets everybody in who has no token; there only with the prop `optionalAuthorizer`. */
  readonly optional: T | undefined;
}

export type AuthorizerVariant = keyof AuthorizerVariants<unknown>;

/** What API Gateway calls: the aliases of the functions. For an API that nothing here makes authorizers for. */
export type AuthorizerFunctions = AuthorizerVariants<IFunction>;

/** What routes of an HTTP API are put behind. */
export type Authorizers = AuthorizerVariants<HttpLambdaAuthorizer>;

export type TokenFrom = 'header' | 'cookie' | 'both';

const AUTHORIZATION = '$request.header.Authorization';
const COOKIE = '$request.header.Cookie';

/** What must be there for the authorizer to be called at all. All that are named must be, so for either of two there is none. */
const IDENTITY_SOURCES: Readonly<Record<TokenFrom, string[]>> = { header: [AUTHORIZATION], cookie: [COOKIE], both: [] };

const NO_CACHE = Duration.seconds(0);

/** Of the authorizer as API Gateway names it, too. */
const NAMES: Readonly<Record<AuthorizerVariant, string>> = {
  syncing: 'Authorizer',
  verifyOnly: 'VerifyOnlyAuthorizer',
  optional: 'OptionalAuthorizer',
};

export interface TokenSettings {
  readonly tokenFrom: TokenFrom;
  readonly cacheTtl: Duration;
}

/** By what, and for how long, API Gateway repeats the answers of an authorizer. */
export interface AnswerCache {
  readonly tokenFrom: TokenFrom | 'nowhere';
  readonly ttl: Duration;
}

/**
 * Only the syncing one is cached: the verify-only one stands before answers about the moment, and one without an identity source
 * has nothing that a cache could tell requests apart by.
 */
export function answerCache(variant: AuthorizerVariant, { tokenFrom, cacheTtl }: TokenSettings): AnswerCache {
  if (variant === 'optional') return { tokenFrom: 'nowhere', ttl: NO_CACHE };
  return { tokenFrom, ttl: variant === 'syncing' ? cacheTtl : NO_CACHE };
}

/**
 * @param id names it on the API; the variant's name by default
 * @throws SettingError for the optional one where there is none
 */
export function httpAuthorizer(
  functions: AuthorizerFunctions,
  variant: AuthorizerVariant,
  settings: TokenSettings,
  id: string = NAMES[variant],
): HttpLambdaAuthorizer {
  const { tokenFrom, ttl } = answerCache(variant, settings);
  return new HttpLambdaAuthorizer(id, functionOf(functions, variant), {
    responseTypes: [HttpLambdaResponseType.SIMPLE],
    identitySource: tokenFrom === 'nowhere' ? [] : IDENTITY_SOURCES[tokenFrom],
    resultsCacheTtl: ttl,
  });
}

/** @throws SettingError for the optional one where there is none */
export function functionOf(functions: AuthorizerFunctions, variant: AuthorizerVariant): IFunction {
  const found = functions[variant];
  if (found) return found;
  throw new SettingError(
    'An optional authorizer was asked for, and optionalAuthorizer is not set. Set optionalAuthorizer to true, or ask for the ' +
      'variant syncing or verifyOnly.',
  );
}
