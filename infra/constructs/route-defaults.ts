import { HttpNoneAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2';
import type { AddRoutesOptions } from 'aws-cdk-lib/aws-apigatewayv2';

/** For a route with an authorizer of its own: an API of yours may ask for scopes by default, which a session token lacks. */
export const UNSCOPED: Pick<AddRoutesOptions, 'authorizationScopes'> = { authorizationScopes: [] };

/**
 * For a route whose function checks for itself who calls. Said in so many words, since an API of yours may have an authorizer by
 * default: it would turn Clerk away, which has no token of yours.
 */
export const OPEN: Pick<AddRoutesOptions, 'authorizer' | 'authorizationScopes'> = {
  authorizer: new HttpNoneAuthorizer(),
  ...UNSCOPED,
};
