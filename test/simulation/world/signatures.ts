import type { JsonWebKey, KeyObject } from 'node:crypto';
import { createPublicKey, verify, webcrypto } from 'node:crypto';

type Subtle = typeof webcrypto.subtle;
type CryptoKey = Awaited<ReturnType<Subtle['importKey']>>;

/** Of a history's length of tokens, many times over. */
const MOST_REMEMBERED = 5_000;

/** A key that was imported, for both. */
interface Imported {
  readonly name: string;
  readonly key: KeyObject;
}

const imports = new Map<string, Promise<CryptoKey>>();
const imported = new WeakMap<CryptoKey, Imported>();
const verdicts = new Map<string, boolean>();

/**
 * From here on WebCrypto imports each public key once and verifies each signature once in this process, where Clerk's package
 * asks again for each container: what it answers depends on nothing but what it is asked. It is OpenSSL that judges, as before,
 * but at once and not on a thread of its own, whose answer would have to be awaited.
 */
export function verifyEachSignatureOnce(): void {
  const { subtle } = webcrypto;
  const [importKey, verifyByThread] = [subtle.importKey.bind(subtle), subtle.verify.bind(subtle)];
  const importOnce = (...asked: Parameters<Subtle['importKey']>): Promise<CryptoKey> => {
    const name = JSON.stringify(asked);
    const known = imports.get(name) ?? importKey(...asked).then((key) => noted(key, name, asked));
    imports.set(name, known);
    return known;
  };
  const verifyOnce = (...[algorithm, key, signature, data]: Parameters<Subtle['verify']>): Promise<boolean> => {
    const known = imported.get(key);
    return known ? Promise.resolve(verdictOn(known, bytesOf(signature), bytesOf(data))) : verifyByThread(algorithm, key, signature, data);
  };
  Object.defineProperty(subtle, 'importKey', { value: importOnce, configurable: true });
  Object.defineProperty(subtle, 'verify', { value: verifyOnce, configurable: true });
}

/** Only what Clerk's session tokens are signed with: everything else goes its usual way. */
function noted(key: CryptoKey, name: string, [format, jwk]: Parameters<Subtle['importKey']>): CryptoKey {
  if (format === 'jwk' && key.algorithm.name === 'RSASSA-PKCS1-v1_5')
    imported.set(key, { name, key: createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' }) });
  return key;
}

function verdictOn({ name, key }: Imported, signature: Buffer, data: Buffer): boolean {
  const asked = `${name} ${signature.toString('latin1')} ${data.toString('latin1')}`;
  const known = verdicts.get(asked);
  if (known !== undefined) return known;
  if (verdicts.size >= MOST_REMEMBERED) verdicts.clear();
  const verdict = verify('RSA-SHA256', data, key, signature);
  verdicts.set(asked, verdict);
  return verdict;
}

function bytesOf(source: Parameters<Subtle['verify']>[2]): Buffer {
  return ArrayBuffer.isView(source)
    ? Buffer.from(source.buffer, source.byteOffset, source.byteLength)
    : Buffer.from(source);
}
