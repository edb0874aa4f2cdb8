import type { APIGatewayProxyEventV2 } from 'aws-lambda';

/** Clerk's user events are a few KB; metadata is at most 8 KB each. It also fits into one item of the quarantine. */
export const MAX_BODY_BYTES = 256 * 1024;

/** The body exactly as it was signed: API Gateway hands some bodies on in base64. */
export function rawBody({ body, isBase64Encoded }: APIGatewayProxyEventV2): Buffer {
  return Buffer.from(body ?? '', isBase64Encoded ? 'base64' : 'utf8');
}

/** One that does not say what it is may be signed all the same. */
export function isOtherThanJson(headers: Readonly<Record<string, string | undefined>>): boolean {
  const [, type] = Object.entries(headers).find(([name]) => name.toLowerCase() === 'content-type') ?? [];
  return type !== undefined && type.split(';')[0]?.trim().toLowerCase() !== 'application/json';
}

/** @returns undefined for bytes that are not UTF-8: replacing them would verify another body than the one that came */
export function decodeUtf8(body: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body);
  } catch {
    return undefined;
  }
}
