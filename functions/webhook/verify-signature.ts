import { timingSafeEqual } from 'node:crypto';
import { Webhook } from 'svix';
import type { WebhookDependencies } from './dependencies.ts';
import type { SignedHeaders } from './signed-headers.ts';

/** How far the clock of an attempt may be from ours, either way: Svix's own tolerance, s. */
const TOLERANCE_S = 5 * 60;

/**
 * Whether one of our secrets signed this body. On a failure the secrets are read again once.
 * Which one matched is counted by its position, so that a rotation can be seen to be over.
 *
 * @param body the raw body, exactly as it was signed
 */
export async function isSigned(body: string, headers: SignedHeaders, deps: WebhookDependencies): Promise<boolean> {
  const secrets = await deps.secrets.current();
  const position = matchingSecret(body, headers, secrets);
  const found = position >= 0 ? position : await matchAfterReread(body, headers, secrets, deps);
  if (found < 0) return false;
  deps.metrics.record('WebhookSecretMatched', 1, { Secret: String(found + 1) });
  return true;
}

/** Whether an attempt was made no more than five minutes ago, by the clock that everything else here goes by. The `svix` package's own check knows only the machine's. */
export function isTimely({ timestamp }: SignedHeaders, now: number): boolean {
  return Math.abs(Math.floor(now / 1000) - timestamp) <= TOLERANCE_S;
}

async function matchAfterReread(
  body: string,
  headers: SignedHeaders,
  tried: readonly string[],
  deps: WebhookDependencies,
): Promise<number> {
  const fresh = await deps.secrets.reread();
  // The very same list is one that was not read again: junk is not to cost twice.
  return fresh === tried ? -1 : matchingSecret(body, headers, fresh);
}

function matchingSecret(body: string, headers: SignedHeaders, secrets: readonly string[]): number {
  return secrets.findIndex((secret) => isSignedBy(secret, body, headers));
}

/** Svix's package says what Svix would have sent. Compared whole, version and all, one of another version matches nothing. */
function isSignedBy(secret: string, body: string, { messageId, timestamp, signatures }: SignedHeaders): boolean {
  const expected = Buffer.from(new Webhook(secret).sign(messageId, new Date(timestamp * 1000), body));
  return signatures.some((signature) => isEqual(Buffer.from(signature), expected));
}

/** In a time that does not tell how much of it was right. */
function isEqual(given: Buffer, expected: Buffer): boolean {
  return given.length === expected.length && timingSafeEqual(given, expected);
}
