import type { RequestUser } from './request-user.ts';

/**
 * Any API Gateway event of a route behind the authorizer: of an HTTP API (payload 2.0 or 1.0) or a REST API. What the
 * authorizer put on the request is nested there under `authorizer.lambda`, or stands flat in `authorizer`, the user as JSON.
 */
export interface AuthorizedEvent {
  readonly requestContext: object;
}

/**
 * The signed-in user of a request behind the authorizer.
 *
 * @param event the API Gateway event of a route with the authorizer
 * @returns the whole mirrored user; `synced` says whether the mirror stands behind it, `actor` who acts for her, if anybody
 * @throws Error when there is none: a mistake of the deployment, never of the caller
 */
export function currentUser(event: AuthorizedEvent): RequestUser {
  const user = optionalUser(event);
  if (!user) {
    throw new Error(
      'No user on this request: put the route behind the ClerkUserSync authorizer, or use optionalUser for one that lets ' +
        'everybody in.',
    );
  }
  return user;
}

/**
 * The user of a request that may be anybody's: for routes behind the optional authorizer.
 *
 * @param event the API Gateway event
 * @returns undefined when nobody is signed in, or when the route has no authorizer of ours
 */
export function optionalUser({ requestContext }: AuthorizedEvent): RequestUser | undefined {
  const authorizer = memberOf(requestContext, 'authorizer');
  const user = memberOf(memberOf(authorizer, 'lambda') ?? authorizer, 'user');
  const value = typeof user === 'string' ? parse(user) : user;
  return isRequestUser(value) ? value : undefined;
}

function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  const member: unknown = Reflect.get(value, name);
  return member;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Another authorizer's context may have a `user` of its own.
    return undefined;
  }
}

/** The authorizer wrote it and nobody else can: its identity is enough to tell it from another authorizer's context. */
function isRequestUser(value: unknown): value is RequestUser {
  return (
    typeof value === 'object' && value !== null && 'id' in value && typeof value.id === 'string' && 'synced' in value
  );
}
