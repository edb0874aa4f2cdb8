import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** A request as API Gateway sees it, before a route is chosen. */
export interface GatewayRequest {
  readonly requestId: string;
  /** When it arrived, in ms since 1970. */
  readonly at: number;
  readonly method: string;
  readonly protocol: string;
  /** Decoded, with the stage: HTTP APIs hand it to functions decoded. */
  readonly path: string;
  readonly rawQuery: string;
  readonly query: URLSearchParams;
  /** Names in lower case; values of a repeated header joined by commas; without cookies. */
  readonly headers: Readonly<Record<string, string>>;
  readonly cookies: readonly string[];
  readonly sourceIp: string;
}

/** Of the request line and all headers, in bytes: HTTP APIs take no more. */
const LARGEST_HEAD = 10_240;

/** @returns The request, or the status that refuses it. */
export function parseRequest(message: IncomingMessage): GatewayRequest | 400 | 431 {
  if (headSize(message) > LARGEST_HEAD) return 431;
  const [rawPath = '/', ...query] = (message.url ?? '/').split('?');
  const path = decodePath(rawPath);
  if (path === undefined) return 400;
  const rawQuery = query.join('?');
  const { headers, cookies } = collectHeaders(message.rawHeaders);
  const sourceIp = (message.socket.remoteAddress ?? '127.0.0.1').replace('::ffff:', '');
  return {
    requestId: `${randomBytes(11).toString('base64url')}=`,
    at: Date.now(),
    method: message.method ?? 'GET',
    protocol: `HTTP/${message.httpVersion}`,
    path,
    rawQuery,
    query: new URLSearchParams(rawQuery),
    headers: { ...headers, ...forwarding(message, sourceIp, headers['x-forwarded-for']) },
    cookies,
    sourceIp,
  };
}

function headSize(message: IncomingMessage): number {
  const line = `${message.method} ${message.url} HTTP/1.1`;
  // Each header has a colon, a space and a line break besides its name and value.
  return message.rawHeaders.reduce((size, part) => size + Buffer.byteLength(part, 'latin1') + 2, line.length + 2);
}

function decodePath(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}

function collectHeaders(raw: readonly string[]): { headers: Record<string, string>; cookies: string[] } {
  const headers: Record<string, string> = {};
  const cookies: string[] = [];
  for (let index = 0; index < raw.length; index += 2) {
    const name = (raw[index] ?? '').toLowerCase();
    const value = raw[index + 1] ?? '';
    if (name === 'cookie') cookies.push(...value.split(';').map((cookie) => cookie.trim()));
    else headers[name] = Object.hasOwn(headers, name) ? `${headers[name]},${value}` : value;
  }
  return { headers, cookies: cookies.filter((cookie) => cookie !== '') };
}

/** Headers that the gateway adds. */
function forwarding(message: IncomingMessage, sourceIp: string, before: string | undefined): Record<string, string> {
  return {
    'x-forwarded-for': before === undefined ? sourceIp : `${before}, ${sourceIp}`,
    'x-forwarded-port': String(message.socket.localPort ?? 443),
    'x-forwarded-proto': 'http',
    'x-amzn-trace-id': `Root=1-${Math.floor(Date.now() / 1000).toString(16)}-${randomBytes(12).toString('hex')}`,
  };
}

/** @returns The values of each name joined by commas, as payload format 2.0 has them. */
export function joinedQuery(query: URLSearchParams): Record<string, string> {
  const names = new Set(query.keys());
  return Object.fromEntries([...names].map((name) => [name, query.getAll(name).join(',')] as const));
}
