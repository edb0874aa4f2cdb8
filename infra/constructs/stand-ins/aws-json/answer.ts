import type { IncomingMessage } from 'node:http';

/** An answer that is no success, as far as it could be read. */
export interface Failure {
  readonly name: string;
  readonly message: string;
  readonly status: number;
  /** Whether it asks to come back at a time of its own. */
  readonly asksToWait: boolean;
  /** Of its body. */
  readonly members: object;
}

/** What a service said no with; the SDK's own errors have the same members. */
export class ServiceException extends Error {
  override readonly name: string;
  readonly $fault: 'client' | 'server';
  readonly $metadata: { readonly httpStatusCode: number };
  readonly asksToWait: boolean;

  constructor({ name, message, status, asksToWait }: Failure) {
    super(message);
    this.name = name;
    this.$fault = status < 500 ? 'client' : 'server';
    this.$metadata = { httpStatusCode: status };
    this.asksToWait = asksToWait;
  }
}

/** An answer's body, once it is there to its end. @throws whatever breaks the connection before */
export function readText(body: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    body.setEncoding('utf8');
    body.on('data', (piece: string) => (text += piece));
    body.on('end', () => resolve(text));
    body.on('error', reject);
  });
}

/** Bytes come as base64, under a name of one or two letters that an attribute may have as well: but never as bare text. */
export function parseOutput(text: string): object {
  const value: unknown = /"BS?":/.test(text) ? JSON.parse(text, withBytes) : JSON.parse(text);
  if (isObject(value)) return value;
  throw new SyntaxError('The answer is not a JSON object.');
}

/** A request's body. Bytes go as base64. */
export function toBody(input: object): string {
  return JSON.stringify(input, function (this: unknown, key: string, value: unknown): unknown {
    const held: unknown = isObject(this) ? Reflect.get(this, key) : undefined;
    return held instanceof Uint8Array ? Buffer.from(held).toString('base64') : value;
  });
}

/** The facts of an answer that is no success, whoever gave it: a gateway in between answers in no JSON. */
export function readFailure(status: number, headers: Readonly<Record<string, string>>, text: string): Failure {
  const members = objectIn(text);
  const type = headers['x-amzn-errortype'] ?? textIn(members, '__type') ?? textIn(members, 'code');
  // `com.amazonaws.dynamodb.v20120810#ThrottlingException`, or a name with a URL behind a colon.
  const name = type?.split('#').at(-1)?.split(':')[0] ?? 'UnknownError';
  const message = textIn(members, 'message') ?? textIn(members, 'Message') ?? `The service answered ${status}.`;
  return { name, message, status, asksToWait: 'retry-after' in headers, members };
}

function withBytes(key: string, value: unknown): unknown {
  if (key === 'B' && typeof value === 'string') return bytesOf(value);
  if (key === 'BS' && Array.isArray(value)) return value.map((each: unknown) => bytesOf(String(each)));
  return value;
}

function bytesOf(base64: string): Uint8Array {
  return new Uint8Array(Buffer.from(base64, 'base64'));
}

function objectIn(text: string): object {
  try {
    const value: unknown = JSON.parse(text, withBytes);
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

function textIn(members: object, name: string): string | undefined {
  const value: unknown = Reflect.get(members, name);
  return typeof value === 'string' ? value : undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
