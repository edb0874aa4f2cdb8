import type { CorsDefinition } from './definition.ts';
import type { GatewayRequest } from './request.ts';
import type { GatewayResponse } from './response.ts';

/** Whether a request asks for leave only: an API with a CORS configuration answers it itself, before any route. */
export function isPreflight(request: GatewayRequest): boolean {
  const { origin, 'access-control-request-method': method } = request.headers;
  return request.method === 'OPTIONS' && origin !== undefined && method !== undefined;
}

export function preflightResponse(request: GatewayRequest, cors: CorsDefinition): GatewayResponse {
  const origin = originHeaders(request, cors);
  const granted: Record<string, string> =
    Object.keys(origin).length === 0
      ? {}
      : {
          ...origin,
          ...listHeader('access-control-allow-methods', cors.methods),
          ...listHeader('access-control-allow-headers', cors.headers),
          ...(cors.maxAgeSeconds === undefined ? {} : { 'access-control-max-age': String(cors.maxAgeSeconds) }),
        };
  return { status: 204, headers: granted, cookies: [], body: Buffer.alloc(0) };
}

/** The configuration's headers take the place of those that the function may have set. */
export function withCors(response: GatewayResponse, request: GatewayRequest, cors: CorsDefinition): GatewayResponse {
  const own = Object.entries(response.headers).filter(([name]) => !name.startsWith('access-control-'));
  const granted = originHeaders(request, cors);
  const exposed = Object.keys(granted).length > 0 ? listHeader('access-control-expose-headers', cors.exposed) : {};
  return { ...response, headers: { ...Object.fromEntries(own), ...granted, ...exposed } };
}

function originHeaders(request: GatewayRequest, cors: CorsDefinition): Record<string, string> {
  const origin = request.headers['origin'];
  if (origin === undefined || !cors.origins.some((allowed) => fits(allowed, origin))) return {};
  const open = cors.origins.includes('*') && !cors.credentials;
  return {
    'access-control-allow-origin': open ? '*' : origin,
    ...(cors.credentials ? { 'access-control-allow-credentials': 'true' } : {}),
  };
}

/** `*`, `https://*` and `http://*` stand for any origin of their kind. */
function fits(allowed: string, origin: string): boolean {
  return allowed.endsWith('*') ? origin.startsWith(allowed.slice(0, -1)) : allowed === origin;
}

function listHeader(name: string, values: readonly string[]): Record<string, string> {
  return values.length === 0 ? {} : { [name]: values.join(',') };
}
