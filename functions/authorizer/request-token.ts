import type { AuthorizerEvent } from './events.ts';
import { cookiesOf, headerValues } from './events.ts';

/**
 * Where the token is. One place is also what the gateway's cache is keyed by; with both, the header first, there is no such
 * key, and so no cache.
 */
export type TokenFrom = 'header' | 'cookie' | 'both';

const SESSION_COOKIE = '__session';

/** @returns the session token of the request as it came, or undefined if there is none in the configured place */
export function requestToken(event: AuthorizerEvent, from: TokenFrom): string | undefined {
  switch (from) {
    case 'header':
      return bearerToken(event);
    case 'cookie':
      return sessionCookie(event);
    case 'both':
      return bearerToken(event) ?? sessionCookie(event);
    default:
      return from satisfies never;
  }
}

/**
 * Exactly one header and one space: the gateway's cache is keyed by the whole header, and variants of one token would go
 * around it.
 */
function bearerToken(event: AuthorizerEvent): string | undefined {
  return /^Bearer (\S+)$/i.exec(headerValues(event, 'authorization').join(' '))?.[1];
}

function sessionCookie(event: AuthorizerEvent): string | undefined {
  const prefix = `${SESSION_COOKIE}=`;
  const cookie = cookiesOf(event).find((entry) => entry.startsWith(prefix));
  return cookie === undefined || cookie === prefix ? undefined : cookie.slice(prefix.length);
}
