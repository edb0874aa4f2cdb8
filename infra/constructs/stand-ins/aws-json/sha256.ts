import { createHash, createHmac, createSecretKey } from 'node:crypto';
import type { Hash, Hmac, KeyObject } from 'node:crypto';
import type { Checksum, SourceData } from '@smithy/types';

/**
 * SHA-256 for the signer, plain or as HMAC. Node takes 44 µs to make an HMAC with a key of bytes, and 7 with a key object:
 * those of the signing keys, which the signer keeps and which change once a day, are kept beside them.
 */
export class Sha256 implements Checksum {
  readonly #hash: Hash | Hmac;

  constructor(secret?: SourceData) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', keyOf(secret));
  }

  update(chunk: Uint8Array): void {
    this.#hash.update(chunk);
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest());
  }

  /** @throws always: the signer never does, and a hash of Node's cannot */
  reset(): void {
    throw new Error('A hash cannot be begun again.');
  }
}

const keys = new WeakMap<Uint8Array, KeyObject>();

/** A key of text is told by its bytes: it is one step towards a signing key, once a day. */
function keyOf(secret: SourceData): KeyObject | string {
  if (typeof secret === 'string') return secret;
  const bytes = ArrayBuffer.isView(secret)
    ? new Uint8Array(secret.buffer, secret.byteOffset, secret.byteLength)
    : new Uint8Array(secret);
  const held = secret instanceof Uint8Array ? secret : bytes;
  const known = keys.get(held) ?? createSecretKey(bytes);
  keys.set(held, known);
  return known;
}
