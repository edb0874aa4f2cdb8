import { Webhook } from 'svix';
import type { WebhookDependencies } from './dependencies.ts';

/** The headers that a signature covers or is in, lower-cased. */
export interface SignedHeaders {
  readonly 'svix-id': string;
  readonly 'svix-timestamp': string;
  readonly 'svix-signature': string;
}

/** Each signature costs a comparison: 200,000 of them cost 0.7 s. A rotation needs two. */
const MAX_SIGNATURES = 4_096;

/** What Svix sends. Without dots: the signed text is the id, the timestamp and the body with dots between. */
const MESSAGE_ID = /^[\w-]{1,128}$/;
const SECONDS = /^\d{1,12}$/;

/**
 * Picks out the signed headers.
 * @returns undefined when one is missing or not as Svix writes it, which a header that was sent twice is not either
 */
export function signedHeaders(headers: Readonly<Record<string, string | undefined>>): SignedHeaders | undefined {
  const byName = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value ?? '']));
  const id = byName.get('svix-id');
  const timestamp = byName.get('svix-timestamp');
  const signature = byName.get('svix-signature');
  if (id === undefined || timestamp === undefined || signature === undefined) return undefined;
  if (!MESSAGE_ID.test(id) || !SECONDS.test(timestamp) || signature.length > MAX_SIGNATURES) return undefined;
  return { 'svix-id': id, 'svix-timestamp': timestamp, 'svix-signature': signature };
}

/**
 * Whether one of our secrets signed this body no more than five minutes ago. On a failure the secrets are read again once.
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

async function matchAfterReread(
  body: string,
  headers: SignedHeaders,
  tried: readonly string[],
  deps: WebhookDependencies,
): Promise<number> {
  const fresh = await deps.secrets.reread();
  const unchanged = fresh.length === tried.length && fresh.every((secret, at) => secret === tried[at]);
  return unchanged ? -1 : matchingSecret(body, headers, fresh);
}

function matchingSecret(body: string, headers: SignedHeaders, secrets: readonly string[]): number {
  return secrets.findIndex((secret) => isSignedBy(secret, body, headers));
}

function isSignedBy(secret: string, body: string, headers: SignedHeaders): boolean {
  try {
    new Webhook(secret).verify(body, { ...headers });
    return true;
  } catch {
    // svix throws for every kind of mismatch; which kind it was must not be told, so it is not kept.
    return false;
  }
}
