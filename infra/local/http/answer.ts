import type { ServerResponse } from 'node:http';

/**
 * Answers with JSON.
 * @param contentType Exactly what stands in the header: some clients look for the bare type.
 */
export function answerJson(
  response: ServerResponse,
  status: number,
  value: unknown,
  contentType = 'application/json',
): void {
  answerText(response, status, JSON.stringify(value) ?? 'null', contentType);
}

export function answerText(response: ServerResponse, status: number, text: string, contentType: string): void {
  if (response.destroyed) return;
  const body = Buffer.from(text, 'utf8');
  response.writeHead(status, { 'content-type': contentType, 'content-length': body.length });
  response.end(body);
}
