import type { HttpEvent } from './event.ts';

/** The body exactly as it was sent: API Gateway hands some bodies on in base64. */
export function rawBody({ body, isBase64Encoded }: Pick<HttpEvent, 'body' | 'isBase64Encoded'>): Buffer {
  return Buffer.from(body ?? '', isBase64Encoded ? 'base64' : 'utf8');
}

/** What the body says it is, in lower case and without parameters; undefined where it says nothing. */
export function mediaType(headers: Readonly<Record<string, string | undefined>>): string | undefined {
  const [, type] = Object.entries(headers).find(([name]) => name.toLowerCase() === 'content-type') ?? [];
  return type?.split(';')[0]?.trim().toLowerCase();
}

/** @returns undefined for bytes that are not UTF-8: replacing them would read another body than the one that came */
export function decodeUtf8(body: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body);
  } catch {
    return undefined;
  }
}
