import type { IncomingMessage } from 'node:http';
import { isObject, parseJson } from '../json.ts';
import type { JsonObject } from '../json.ts';

/** Why a body was not taken. */
type BodyFault = { readonly kind: 'too-large' } | { readonly kind: 'invalid'; readonly reason: string };

type BodyResult = { readonly body: JsonObject } | { readonly fault: BodyFault };

/** Reads a JSON object of at most `limit` bytes; no body at all reads as an empty object. */
export async function readJsonBody(request: IncomingMessage, limit: number): Promise<BodyResult> {
  const bytes = await readBytes(request, limit);
  if (bytes === undefined) return { fault: { kind: 'too-large' } };
  const text = bytes.toString('utf8');
  return text.trim() === '' ? { body: {} } : parseBody(text);
}

async function readBytes(request: IncomingMessage, limit: number): Promise<Buffer | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > limit) return undefined;
  const chunks: Buffer[] = [];
  let size = 0;
  // Destroying the request with the loop would take the socket, and with it the answer that says why.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    size += bytes.length;
    if (size > limit) return undefined;
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

function parseBody(text: string): BodyResult {
  try {
    const value = parseJson(text);
    return isObject(value) ? { body: value } : { fault: { kind: 'invalid', reason: 'it is not a JSON object' } };
  } catch {
    return { fault: { kind: 'invalid', reason: 'it is not valid JSON' } };
  }
}
