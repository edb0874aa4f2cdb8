import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { withinTime } from '../../shared/adapters/system/within-time.ts';
import { acceptEvent } from '../../shared/sync/events/accept-event.ts';
import { decodeUtf8, mediaType, rawBody } from '../http/raw-body.ts';
import { errorAnswer, jsonAnswer } from '../middleware/answer.ts';
import type { WebhookDependencies } from './dependencies.ts';
import { signedHeaders } from './signed-headers.ts';
import { isSigned, isTimely } from './verify-signature.ts';

/** Clerk's user events are a few KB; metadata is at most 8 KB each. It also fits into one item of the quarantine. */
const MAX_BODY_BYTES = 256 * 1024;

/**
 * Time for everything, ms. Svix gives up after 15 s, and the start of a container and the network take some of that. Table,
 * Clerk and secrets have limits of their own, which nearly always come first; this one holds where they add up.
 */
const ANSWER_WITHIN_MS = 10_000;

/**
 * `POST /webhooks/clerk`: nothing is read, let alone written, before one of our secrets has signed the raw body.
 * What was accepted is applied, proven stale, or kept in quarantine; a failure of ours is answered 503, so that it comes again.
 *
 * @throws whatever could not be foreseen, and TimeoutError when the time is over: to be answered 503 as well
 */
export async function receiveWebhook(
  event: APIGatewayProxyEventV2,
  deps: WebhookDependencies,
): Promise<APIGatewayProxyStructuredResultV2> {
  try {
    return await withinTime(deps.timers, { timeoutMs: ANSWER_WITHIN_MS }, () => receive(event, deps));
  } catch (error) {
    deps.metrics.record('SyncFailed', 1, { Path: 'webhook' });
    throw error;
  }
}

async function receive(
  event: APIGatewayProxyEventV2,
  deps: WebhookDependencies,
): Promise<APIGatewayProxyStructuredResultV2> {
  deps.correlate({});
  const body = rawBody(event);
  if (body.length > MAX_BODY_BYTES) return reject(deps, 413, 'too-large', 'The body is larger than 256 KB.');
  if (isOtherThanJson(event.headers)) return reject(deps, 415, 'content-type', 'The body must be application/json.');
  const headers = signedHeaders(event.headers);
  if (!headers) return reject(deps, 400, 'headers', NOT_SIGNED);
  if (!isTimely(headers, deps.clock.now())) return reject(deps, 400, 'timestamp', NOT_SIGNED);
  const text = decodeUtf8(body);
  if (text === undefined || !(await isSigned(text, headers, deps))) return reject(deps, 400, 'signature', NOT_SIGNED);
  // From here on whatever is logged of the event can be found by its message, a defect of ours included.
  deps.correlate({ messageId: headers.messageId });
  const accepted = await acceptEvent(headers.messageId, text, deps);
  return accepted.status === 'done'
    ? jsonAnswer(200, { outcome: accepted.outcome })
    : errorAnswer(503, 'unavailable', 'The event could not be applied. Send it again later.', { 'retry-after': '30' });
}

/** One that does not say what it is may be signed all the same. */
function isOtherThanJson(headers: APIGatewayProxyEventV2['headers']): boolean {
  return (mediaType(headers) ?? 'application/json') !== 'application/json';
}

/** All that the sender is told, whatever was wrong; the metric's reason is ours. */
const NOT_SIGNED = 'The signature does not match.';

function reject(
  deps: WebhookDependencies,
  status: 400 | 413 | 415,
  reason: string,
  message: string,
): APIGatewayProxyStructuredResultV2 {
  deps.metrics.record('WebhookRejected', 1, { Reason: reason });
  return errorAnswer(status, 'webhook_rejected', message);
}
