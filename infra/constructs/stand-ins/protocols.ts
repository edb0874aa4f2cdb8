/**
 * Stands in for the module `@smithy/core/protocols`, of which the SDK's signer and its handler use these: no request of a
 * narrow client has a query, and all have one path. With it come the protocols of all services.
 */
export { HttpRequest, HttpResponse } from '@smithy/core/transport';

/** As RFC 3986 has it: `encodeURIComponent` leaves five characters that signatures want escaped. */
export function escapeUri(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** @throws for any parameter at all */
export function buildQueryString(query: object): '' {
  if (Object.keys(query).length === 0) return '';
  throw new Error('A narrow client sends no query: infra/constructs/stand-ins/protocols.ts says why.');
}

/** Named by the package's own index alone. @throws always */
export function requestBuilder(): never {
  throw new Error('A narrow client builds its requests itself: infra/constructs/stand-ins/protocols.ts says why.');
}
