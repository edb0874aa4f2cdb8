import { createPublicKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

export type ParsedKeys =
  | { readonly ok: true; readonly keys: readonly string[] }
  | { readonly ok: false; readonly problem: string };

const PEM = /-----BEGIN ([A-Z ]+)-----([A-Za-z0-9+/=\s]*)-----END \1-----/g;

/**
 * Clerk signs with RSA keys of 2,048 bits and the exponent 65537. Another key was copied from elsewhere: every token would fail
 * as forged, and nobody would know why.
 */
const MODULUS_BITS = 2_048;
const EXPONENT = 65_537n;

/**
 * Reads public keys in PEM form, however an environment variable or a form may have mangled their line breaks.
 *
 * @param text one key or several, one after the other or with commas between; line breaks may be missing or written as \n
 * @returns each key as tidy PEM text, or what is wrong, in words that fit behind the name of the setting
 */
export function parsePublicKeys(text: string): ParsedKeys {
  const tidy = text.replaceAll(String.raw`\r`, '').replaceAll(String.raw`\n`, '\n');
  const blocks = [...tidy.matchAll(PEM)];
  const rest = tidy.replaceAll(PEM, '').replaceAll(/[\s,]/g, '');
  if (blocks.length === 0) return problem('has no PEM public key');
  if (rest !== '') return problem('has something beside PEM public keys');
  const keys: string[] = [];
  for (const [, label = '', body = ''] of blocks) {
    const key = readKey(label, body);
    if (typeof key === 'string') return problem(key);
    keys.push(key.export({ type: 'spki', format: 'pem' }).toString());
  }
  return { ok: true, keys };
}

/** @returns the key, or what is wrong with it */
function readKey(label: string, body: string): KeyObject | string {
  if (label.includes('PRIVATE')) return 'has a private key, which must not be here';
  if (label !== 'PUBLIC KEY' && label !== 'RSA PUBLIC KEY') return 'has PEM text that is not a public key';
  const key = decodeKey(label, body);
  if (!key) return 'has a PEM public key that cannot be read';
  const { modulusLength, publicExponent } = key.asymmetricKeyDetails ?? {};
  const isClerks = key.asymmetricKeyType === 'rsa' && modulusLength === MODULUS_BITS && publicExponent === EXPONENT;
  return isClerks ? key : `has a public key other than RSA with ${MODULUS_BITS} bits and exponent ${EXPONENT}`;
}

function decodeKey(label: string, body: string): KeyObject | undefined {
  const type = label === 'PUBLIC KEY' ? 'spki' : 'pkcs1';
  try {
    return createPublicKey({ key: Buffer.from(body, 'base64'), format: 'der', type });
  } catch {
    return undefined;
  }
}

function problem(text: string): ParsedKeys {
  return { ok: false, problem: text };
}
