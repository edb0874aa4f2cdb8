import type { IncomingMessage, ServerResponse } from 'node:http';
import { gunzip } from 'node:zlib';
import { promisify } from 'node:util';
import { answerText } from '../../http/answer.ts';
import { readBody } from '../../http/body.ts';
import { isRecord, parseJson } from '../json.ts';
import type { JsonRecord } from '../json.ts';

/** An error in the form in which AWS's JSON protocols answer it. */
export class ServiceError extends Error {
  readonly status: number;
  readonly code: string;

  constructor(code: string, message: string, status = 400) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** What an operation of a JSON protocol does: input to output. */
export type Operation = (input: JsonRecord) => unknown;

const LARGEST_BODY = 16 * 1024 * 1024;
const unzip = promisify(gunzip);

/** Reads a body, also a compressed one: SDK clients compress large ones. */
export async function readServiceBody(request: IncomingMessage): Promise<string> {
  const body = await readBody(request, LARGEST_BODY);
  if (body === 'too large') throw new ServiceError('RequestEntityTooLargeException', 'The request is too large.', 413);
  const zipped = request.headers['content-encoding'] === 'gzip';
  return (zipped ? await unzip(body, { maxOutputLength: LARGEST_BODY }) : body).toString('utf8');
}

/** Answers a request of a JSON protocol with what the operation gives, in the version of the protocol it came in. */
export async function answerOperation(
  request: IncomingMessage,
  response: ServerResponse,
  operation: Operation,
): Promise<void> {
  const input = parseJson((await readServiceBody(request)) || '{}');
  if (!isRecord(input)) throw new ServiceError('SerializationException', 'The request is no JSON object.');
  const output = await operation(input);
  answerText(response, 200, JSON.stringify(output ?? {}), contentTypeOf(request));
}

export function answerError(request: IncomingMessage, response: ServerResponse, error: unknown): void {
  const known = error instanceof ServiceError ? error : new ServiceError('InternalFailure', String(error), 500);
  if (!response.headersSent) response.setHeader('x-amzn-errortype', known.code);
  const body = JSON.stringify({ __type: known.code, message: known.message, Message: known.message });
  answerText(response, known.status, body, contentTypeOf(request));
}

function contentTypeOf(request: IncomingMessage): string {
  const asked = request.headers['content-type'] ?? '';
  return asked.startsWith('application/x-amz-json') ? asked : 'application/json';
}
