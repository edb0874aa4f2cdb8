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

/** What Clerk's session tokens are signed with: everything else goes its usual way. */
const TOKENS = 'RSASSA-PKCS1-v1_5';

/**
 * From here on WebCrypto imports each public key once and verifies each signature once in this process, where Clerk's package
 * asks again for each container: what it answers depends on nothing but what it is asked. It is OpenSSL that judges, as before,
 * but at once and not on a thread of its own, whose answer would come at a time that no seed decides.
 */
export function verifyEachSignatureOnce(): void {
  const { subtle } = webcrypto;
  const [importByThread, verifyByThread] = [subtle.importKey.bind(subtle), subtle.verify.bind(subtle)];
  const importOnce = (...asked: Parameters<Subtle['importKey']>): Promise<CryptoKey> => {
    const name = JSON.stringify(asked, (_key, value: unknown) =>
      isBytes(value) ? bytesOf(value).toString('hex') : value,
    );
    const known = imports.get(name) ?? importedAtOnce(name, asked) ?? importByThread(...asked);
    imports.set(name, known);
    return known;
  };
  const verifyOnce = (...[algorithm, key, signature, data]: Parameters<Subtle['verify']>): Promise<boolean> => {
    const known = imported.get(key);
    return known
      ? Promise.resolve(verdictOn(known, bytesOf(signature), bytesOf(data)))
      : verifyByThread(algorithm, key, signature, data);
  };
  Object.defineProperty(subtle, 'importKey', { value: importOnce, configurable: true });
  Object.defineProperty(subtle, 'verify', { value: verifyOnce, configurable: true });
}

function importedAtOnce(name: string, [format, given, algorithm]: readonly unknown[]): Promise<CryptoKey> | undefined {
  const { name: called } = algorithm as { readonly name?: string };
  if (called !== TOKENS) return undefined;
  const key = publicKeyOf(format, given);
  if (!key) return undefined;
  const cryptoKey = key.toCryptoKey({ name: TOKENS, hash: 'SHA-256' }, false, ['verify']);
  imported.set(cryptoKey, { name, key });
  return Promise.resolve(cryptoKey);
}

function publicKeyOf(format: unknown, given: unknown): KeyObject | undefined {
  if (format === 'jwk') return createPublicKey({ key: given as JsonWebKey, format });
  if (format === 'spki' && isBytes(given)) return createPublicKey({ key: bytesOf(given), format: 'der', type: format });
  return undefined;
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

type Bytes = Parameters<Subtle['verify']>[2];

function isBytes(value: unknown): value is Bytes {
  return ArrayBuffer.isView(value) || value instanceof ArrayBuffer;
}

function bytesOf(source: Bytes): Buffer {
  return ArrayBuffer.isView(source)
    ? Buffer.from(source.buffer, source.byteOffset, source.byteLength)
    : Buffer.from(source);
}
