import type { APIGatewayRequestAuthorizerEventV2 } from 'aws-lambda';

/** Where the token is: it is also what the gateway's cache is keyed by, so it is one place, never both. */
export type TokenFrom = 'header' | 'cookie';

const SESSION_COOKIE = '__session';

/** @returns the session token of the request as it came, or undefined if there is none in the configured place */
export function requestToken(event: APIGatewayRequestAuthorizerEventV2, from: TokenFrom): string | undefined {
  return from === 'header' ? bearerToken(event.headers) : sessionCookie(event.cookies ?? []);
}

/** Exactly one space: the gateway's cache is keyed by the whole header, and variants of one token would go around it. */
function bearerToken(headers: Readonly<Record<string, string | undefined>> | undefined): string | undefined {
  const [, value] = Object.entries(headers ?? {}).find(([name]) => name.toLowerCase() === 'authorization') ?? [];
  return /^Bearer (\S+)$/i.exec(value ?? '')?.[1];
}

function sessionCookie(cookies: readonly string[]): string | undefined {
  const prefix = `${SESSION_COOKIE}=`;
  const cookie = cookies.find((entry) => entry.startsWith(prefix));
  return cookie === undefined || cookie === prefix ? undefined : cookie.slice(prefix.length);
}
