import { asPrintable, asRecord, isRecord, isTrue, texts } from '../json.ts';

/** What goes back to the client. */
export interface GatewayResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly cookies: readonly string[];
  readonly body: Buffer;
}

/** A response of the gateway's own: `{"message": …}`. */
export function gatewayMessage(status: number, message: string): GatewayResponse {
  const body = Buffer.from(JSON.stringify({ message }), 'utf8');
  return { status, headers: { 'content-type': 'application/json' }, cookies: [], body };
}

export const INTERNAL_SERVER_ERROR = gatewayMessage(500, 'Internal Server Error');
export const SERVICE_UNAVAILABLE = gatewayMessage(503, 'Service Unavailable');

/**
 * Makes a response of what a function answered. In format 2.0 an answer without `statusCode` is itself the body of a
 * 200; format 1.0 has no such rule.
 * @returns undefined when the answer has no valid shape.
 */
export function responseOf(answer: unknown, payloadVersion: '1.0' | '2.0'): GatewayResponse | undefined {
  if (!isRecord(answer) || answer['statusCode'] === undefined) {
    return payloadVersion === '2.0' ? inferred(answer) : undefined;
  }
  const status = Number(answer['statusCode']);
  const headers = headersOf(answer);
  const body = answer['body'] ?? '';
  if (!Number.isInteger(status) || status < 200 || status > 599) return undefined;
  if (headers === undefined || typeof body !== 'string') return undefined;
  return {
    status,
    headers: { 'content-type': 'text/plain; charset=utf-8', ...headers },
    cookies: texts(answer['cookies']),
    body: Buffer.from(body, isTrue(answer['isBase64Encoded']) ? 'base64' : 'utf8'),
  };
}

function inferred(answer: unknown): GatewayResponse {
  const text = typeof answer === 'string' ? answer : (JSON.stringify(answer) ?? 'null');
  return { status: 200, headers: { 'content-type': 'application/json' }, cookies: [], body: Buffer.from(text, 'utf8') };
}

/** Header values are texts; numbers and booleans are written as such, lists of format 1.0 joined. */
function headersOf(answer: Record<string, unknown>): Record<string, string> | undefined {
  const single = answer['headers'] ?? {};
  if (!isRecord(single)) return undefined;
  const multiple = Object.entries(asRecord(answer['multiValueHeaders'])).map(
    ([name, values]) => [name, texts(values).join(',')] as const,
  );
  const headers: Record<string, string> = {};
  for (const [name, value] of [...multiple, ...Object.entries(single)]) {
    const text = asPrintable(value);
    if (text === undefined) return undefined;
    headers[name.toLowerCase()] = text;
  }
  return headers;
}
