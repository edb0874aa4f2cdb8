import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { errorAnswer, jsonAnswer } from '../middleware/answer.ts';
import { applyEvent } from './apply-event.ts';
import type { WebhookDependencies } from './dependencies.ts';
import { isSigned, signedHeaders } from './verify-signature.ts';

/** Clerk's user events are a few KB; metadata is at most 8 KB each. */
const MAX_BODY_BYTES = 256 * 1024;

/**
 * `POST /webhooks/clerk`: nothing is read, let alone written, before one of our secrets has signed the raw body.
 * What was accepted is applied, proven stale, or kept in quarantine; a failure of ours is answered 503, so that it comes again.
 */
export async function receiveWebhook(
  event: APIGatewayProxyEventV2,
  deps: WebhookDependencies,
): Promise<APIGatewayProxyStructuredResultV2> {
  const body = rawBody(event);
  if (body.length > MAX_BODY_BYTES) return reject(deps, 413, 'too-large', 'The body is larger than 256 KB.');
  if (isOtherThanJson(event.headers)) return reject(deps, 415, 'content-type', 'The body must be application/json.');
  const headers = signedHeaders(event.headers);
  const text = decodeUtf8(body);
  if (!headers || text === undefined || !(await isSigned(text, headers, deps))) {
    return reject(deps, 400, 'signature', 'The signature does not match.');
  }
  const applied = await applyEvent(headers['svix-id'], text, deps);
  return applied.status === 'done'
    ? jsonAnswer(200, { outcome: applied.outcome })
    : errorAnswer(503, 'unavailable', 'The event could not be applied. Send it again later.', { 'retry-after': '30' });
}

/** The body exactly as it was signed: API Gateway hands some bodies on in base64. */
function rawBody(event: APIGatewayProxyEventV2): Buffer {
  return Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8');
}

/** One that does not say what it is may be signed all the same. */
function isOtherThanJson(headers: Readonly<Record<string, string | undefined>>): boolean {
  const [, type] = Object.entries(headers).find(([name]) => name.toLowerCase() === 'content-type') ?? [];
  return type !== undefined && type.split(';')[0]?.trim().toLowerCase() !== 'application/json';
}

/** @returns undefined for bytes that are not UTF-8: replacing them would verify another body than the one that came */
function decodeUtf8(body: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body);
  } catch {
    return undefined;
  }
}

function reject(
  deps: WebhookDependencies,
  status: 400 | 413 | 415,
  reason: string,
  message: string,
): APIGatewayProxyStructuredResultV2 {
  deps.metrics.record('WebhookRejected', 1, { Reason: reason });
  return errorAnswer(status, 'webhook_rejected', message);
}
