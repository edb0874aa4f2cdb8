import type { OutgoingHttpHeaders } from 'node:http';
import type { JsonObject } from '../json.ts';

/** A request as the handlers see it: parsed, with the path's parameters in it. */
export interface ApiRequest {
  readonly method: string;
  readonly path: string;
  /** Named segments of the route's pattern. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** The JSON body, an empty object without one. */
  readonly body: JsonObject;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly clientIp: string;
}

/** A JSON answer; status 200 unless it says otherwise. */
export interface ApiAnswer {
  readonly status?: number;
  readonly body: unknown;
  readonly headers?: OutgoingHttpHeaders;
}

export type Handler = (request: ApiRequest) => ApiAnswer | Promise<ApiAnswer>;

/** Segments that start with a colon match anything: `/v1/users/:userId`. */
export interface Route {
  readonly method: string;
  readonly pattern: string;
  readonly handle: Handler;
  /** Largest body in bytes, where it differs from the server's default. */
  readonly bodyLimit?: number;
}

export interface RouteMatch {
  readonly route: Route;
  readonly parameters: Readonly<Record<string, string>>;
}

/**
 * Finds the route of a request. A literal segment comes before a named one, so `/users/count` is never a user's id.
 * @returns undefined when no pattern fits.
 */
export function matchRoute(routes: readonly Route[], method: string, path: string): RouteMatch | undefined {
  const segments = path.split('/');
  const matches = routes.flatMap((route) => {
    const parameters = route.method === method ? bind(route.pattern.split('/'), segments) : undefined;
    return parameters === undefined ? [] : [{ route, parameters }];
  });
  return matches.toSorted((a, b) => named(a) - named(b))[0];
}

function named(match: RouteMatch): number {
  return Object.keys(match.parameters).length;
}

function bind(pattern: readonly string[], segments: readonly string[]): Record<string, string> | undefined {
  if (pattern.length !== segments.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [index, part] of pattern.entries()) {
    const segment = segments[index] ?? '';
    if (part.startsWith(':') && segment !== '') parameters[part.slice(1)] = decode(segment);
    else if (part !== segment) return undefined;
  }
  return parameters;
}

/** A malformed escape stays as it is: it then names nothing that exists. */
function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** A named segment of the path. A pattern without it is a mistake in this code. */
export function pathParameter(request: ApiRequest, name: string): string {
  const value = request.parameters[name];
  if (value === undefined) throw new Error(`The route of ${request.path} has no segment ":${name}".`);
  return value;
}
