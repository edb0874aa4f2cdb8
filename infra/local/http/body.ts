import type { IncomingMessage } from 'node:http';

/**
 * Reads a request's body.
 * @param limit In bytes.
 * @returns The body, or 'too large'; the rest of a body that is too large is read and forgotten, so that the answer
 * reaches the client.
 * @throws When the connection breaks before the body has ended.
 */
export async function readBody(request: IncomingMessage, limit: number): Promise<Buffer | 'too large'> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    size += bytes.length;
    if (size <= limit) chunks.push(bytes);
  }
  return size > limit ? 'too large' : Buffer.concat(chunks);
}
