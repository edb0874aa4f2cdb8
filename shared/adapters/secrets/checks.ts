import { parsePublicKeys } from './public-keys.ts';

/** What is wrong with a value, in words that fit behind the name of its setting, and what to do. */
export class Unusable extends Error {}

/**
 * A list that we need something in and that was emptied: somebody took back all that was in it. A text without content or a
 * missing field is no such list: a script whose variable is not set leaves those behind.
 */
export class Emptied extends Unusable {}

/**
 * Clerk's secret key.
 * @throws Unusable
 */
export function checkSecretKey(value: unknown): string {
  const key = typeof value === 'string' ? value.trim() : '';
  if (key === '') throw new Unusable('is empty: put in the secret key of the Clerk instance (sk_live_… or sk_test_…)');
  if (/^sk_(live|test)_[\w-]{8,}$/.test(key)) return key;
  throw new Unusable(
    'is not a Clerk secret key: put in the real one, which begins with sk_live_ or sk_test_ (Clerk dashboard, API keys)',
  );
}

/** Clerk makes keys of 24 bytes and more; of shorter ones the `svix` package would accept forgeries. */
const LEAST_KEY_BYTES = 24;

/**
 * Signing secrets of webhook endpoints.
 * @param value a list, or a text with commas between them
 * @throws Unusable
 */
export function checkWebhookSecrets(value: unknown): readonly string[] {
  const secrets = listOf(value);
  if (secrets.length === 0) {
    throw emptiness(value, 'put in the signing secret of the webhook endpoint (whsec_…; Clerk dashboard, Webhooks)');
  }
  const wrong = secrets.findIndex((secret) => !isWebhookSecret(secret));
  if (wrong < 0) return secrets;
  throw new Unusable(
    `has no webhook signing secret at position ${wrong + 1}: put in the real one, whsec_ and base64 of at least ` +
      `${LEAST_KEY_BYTES} bytes (Clerk dashboard, Webhooks, signing secret)`,
  );
}

function isWebhookSecret(secret: string): boolean {
  const encoded = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret)?.[1];
  if (encoded === undefined) return false;
  const key = Buffer.from(encoded, 'base64');
  return key.length >= LEAST_KEY_BYTES && key.toString('base64') === encoded;
}

/**
 * Public keys that verify session tokens.
 * @param value PEM text with one or several keys, or a list of such texts; line breaks may be written as \n
 * @returns each as PEM text of its own
 * @throws Unusable
 */
export function checkJwtKeys(value: unknown): readonly string[] {
  const texts = typeof value === 'string' ? [value] : (value ?? []);
  if (!isTexts(texts)) throw new Unusable('is neither a PEM text nor a list of such');
  const remedy = "put in the instance's JWT public key in PEM form (Clerk dashboard, API keys)";
  if (texts.length === 0) throw emptiness(value, remedy);
  const parsed = parsePublicKeys(texts.join('\n'));
  if (parsed.ok) return parsed.keys;
  throw new Unusable(`${parsed.problem}: ${remedy}`);
}

/**
 * Hashes of admin keys; none is fine, since the admin functions are optional.
 * @throws Unusable
 */
export function checkAdminKeyHashes(value: unknown): readonly string[] {
  const hashes = listOf(value);
  if (hashes.every((hash) => /^[0-9a-fA-F]{64}$/.test(hash))) return hashes.map((hash) => hash.toLowerCase());
  throw new Unusable('must hold SHA-256 hashes of admin keys, 64 hexadecimal digits each: never the keys themselves');
}

function emptiness(value: unknown, remedy: string): Unusable {
  const Kind = Array.isArray(value) && value.length === 0 ? Emptied : Unusable;
  return new Kind(`is empty: ${remedy}`);
}

function listOf(value: unknown): readonly string[] {
  if (value === undefined || value === null) return [];
  const texts = typeof value === 'string' ? value.split(',') : value;
  if (!isTexts(texts)) throw new Unusable('is neither a text nor a list of texts');
  return texts.map((text) => text.trim()).filter((text) => text !== '');
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string');
}
