import type { RequestUser } from './request-user.ts';

/** The part of an API Gateway event that carries what the authorizer put on the request (HTTP API, payload 2.0). */
export interface AuthorizedEvent {
  readonly requestContext: { readonly authorizer?: { readonly lambda?: unknown } };
}

/**
 * The signed-in user of a request behind the authorizer.
 *
 * @param event the API Gateway event of a route with the authorizer
 * @returns the whole mirrored user
 * @throws Error when the route is not behind the authorizer: a mistake of the deployment, never of the caller
 */
export function currentUser(event: AuthorizedEvent): RequestUser {
  const user = userOf(event.requestContext.authorizer?.lambda);
  if (!user) {
    throw new Error('No user on this request: put the route behind the ClerkUserSync authorizer.');
  }
  return user;
}

function userOf(context: unknown): RequestUser | undefined {
  if (typeof context !== 'object' || context === null || !('user' in context)) return undefined;
  return isRequestUser(context.user) ? context.user : undefined;
}

/** The authorizer wrote it and nobody else can: its identity is enough to tell it from another authorizer's context. */
function isRequestUser(value: unknown): value is RequestUser {
  return (
    typeof value === 'object' && value !== null && 'id' in value && typeof value.id === 'string' && 'synced' in value
  );
}
