/** @returns the URL; undefined for a text that is none, or that has credentials, a query or a fragment */
function plainUrl(text: string): URL | undefined {
  if (!URL.canParse(text) || /[?#\s]/.test(text)) return undefined;
  const url = new URL(text);
  return url.username === '' && url.password === '' ? url : undefined;
}

/** An https URL without a slash at its end, as Clerk writes the issuer into its tokens. */
export function isIssuer(text: string): boolean {
  return plainUrl(text)?.protocol === 'https:' && !text.endsWith('/');
}

/** Only on this machine may anything be sent in the clear: the key goes with each call. */
const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/** An https URL, or http to this machine, without a slash or the API's version at its end. */
export function isApiUrl(text: string): boolean {
  const url = plainUrl(text);
  if (!url || text.endsWith('/') || text.endsWith('/v1')) return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.has(url.hostname));
}

/**
 * An origin exactly as a browser sends it: scheme, host and, unless it is the usual one, port. Schemes of browser extensions
 * and native shells are origins too.
 */
export function isOrigin(text: string): boolean {
  const url = plainUrl(text);
  if (!url) return false;
  const isWeb = url.protocol === 'https:' || url.protocol === 'http:';
  return isWeb ? url.origin === text : /^[a-z][a-z0-9+.-]*:\/\/[^/\s,]+$/.test(text);
}
