import { Webhook } from 'svix';
import type { Message } from './delivery.ts';
import { ATTEMPT_TIMEOUT_MS } from './schedule.ts';

export interface AttemptResult {
  /** The endpoint's status; 0 when it gave no answer in time. */
  readonly status: number;
  readonly ok: boolean;
  /** The endpoint asks not to be sent this message again. */
  readonly aborted: boolean;
}

/**
 * Sends a message once, signed for this moment by the wall clock: the receiver compares the time with its own.
 * @param signal Ends the attempt early, when the stand-in closes.
 */
export async function sendOnce(
  message: Message,
  endpoint: { readonly url: string; readonly secret: string },
  signal: AbortSignal,
): Promise<AttemptResult> {
  try {
    const response = await fetch(endpoint.url, {
      method: 'POST',
      headers: signedHeaders(message, endpoint.secret),
      body: message.payload,
      // A redirect is a failure, so it is not followed.
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(ATTEMPT_TIMEOUT_MS)]),
    });
    const aborted = response.headers.get('webhook-delivery') === 'abort-message';
    await response.body?.cancel();
    return { status: response.status, ok: response.ok, aborted };
  } catch {
    return { status: 0, ok: false, aborted: false };
  }
}

function signedHeaders(message: Message, secret: string): Record<string, string> {
  const now = new Date();
  return {
    'content-type': 'application/json',
    'user-agent': 'Svix-Webhooks/1.0 (stand-in)',
    'svix-id': message.id,
    'svix-timestamp': String(Math.floor(now.getTime() / 1000)),
    'svix-signature': new Webhook(secret).sign(message.id, now, message.payload),
  };
}
