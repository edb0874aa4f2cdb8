import type { IncomingMessage } from 'node:http';
import { whyNotLocal } from '../../http/local-only.ts';

/**
 * Why a request is refused: the console asks for no key and its buttons change things, so it answers this machine and its own
 * page only. Other control routes also answer pages of other local servers; a button must be pressed here.
 *
 * @returns what is wrong and what to do; undefined when the request may be answered
 */
export function whyRefused(request: IncomingMessage): string | undefined {
  const { host, origin } = request.headers;
  const notLocal = whyNotLocal(request);
  if (notLocal !== undefined) return notLocal;
  if (origin !== undefined && origin !== `http://${host}`)
    return `The Origin header is "${origin}". The console answers its own page only: open http://${host}/.`;
  if (isFromElsewhere(request)) return `The console answers its own page only: open http://${host}/.`;
  if (request.method === 'GET') return undefined;
  // A form of another page cannot send this type, and a script of one would have to ask first.
  if (request.headers['content-type'] === 'application/json') return undefined;
  return 'The Content-Type header must be application/json.';
}

/**
 * A page can also ask where it may not read the answer, as for an image: then a browser sends no Origin, but says this. Only
 * links may lead here from anywhere.
 */
function isFromElsewhere({ url = '/', headers }: IncomingMessage): boolean {
  const site = headers['sec-fetch-site'];
  return url.startsWith('/api/') && site !== undefined && site !== 'same-origin' && site !== 'none';
}
