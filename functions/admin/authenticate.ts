import { createHash, timingSafeEqual } from 'node:crypto';
import type { CallBucket } from '../../shared/adapters/clerk/call-bucket.ts';
import type { Log } from '../../shared/ports/log.ts';
import type { Metrics } from '../../shared/ports/metrics.ts';

/** SHA-256 hashes of the keys that are valid, 64 hexadecimal digits each; several, so that keys can be rotated. */
export interface AdminKeys {
  current(): Promise<readonly string[]>;
  /** Reads them again, unless that was done less than 30 s ago: a new key needs no deploy. */
  reread(): Promise<readonly string[]>;
}

export interface KeyDependencies {
  readonly keys: AdminKeys;
  /** One call for each request that has no valid key. */
  readonly attempts: CallBucket;
  readonly metrics: Metrics;
  readonly log: Log;
}

/** Requests without a valid key that are answered one by one, of each container: ten, and ten a minute. */
export const DENIALS = { callsPerSecond: 10 / 60, burst: 10 };

export type Authentication =
  | { readonly ok: true; readonly keyId: string }
  | { readonly ok: false; readonly refusal: 'unauthorized' | 'too_many_attempts' };

/** Whether two hashes of one length are the same, in a time that does not tell how much of them is. */
export type EqualHashes = (one: Buffer, other: Buffer) => boolean;

/**
 * Finds out whose key a request carries. A valid key is let in however many wrong ones came before it: whoever sends those must
 * not lock operators out, and 256 random bits are not guessed.
 *
 * @throws SecretsUnavailable or SecretInvalid when it cannot be known which keys are valid: nobody is let in
 */
export async function authenticate(
  headers: Readonly<Record<string, string | undefined>>,
  deps: KeyDependencies,
): Promise<Authentication> {
  const key = bearerKey(headers);
  if (key === undefined) return refused('missing-key', deps);
  const hash = createHash('sha256').update(key).digest();
  const found = findHash(hash, await deps.keys.current()) ?? findHash(hash, await deps.keys.reread());
  return found === undefined ? refused('wrong-key', deps) : { ok: true, keyId: keyIdOf(found) };
}

function refused(reason: 'missing-key' | 'wrong-key', { attempts, metrics, log }: KeyDependencies): Authentication {
  if (!attempts.take()) {
    metrics.record('AdminDenied', 1, { Reason: 'throttled' });
    return { ok: false, refusal: 'too_many_attempts' };
  }
  metrics.record('AdminDenied', 1, { Reason: reason });
  log.warn('admin request denied', { reason });
  return { ok: false, refusal: 'unauthorized' };
}

/** As long as any key that is meant, and its scheme; more is not even hashed. */
const LONGEST_HEADER = 300;

/** With the length of 256 bits at least: a password, which could be guessed, is no key even where its hash has been put in. */
const BEARER = /^Bearer (cds_[\w-]{40,200})$/i;

/** @returns undefined for a header that is missing, or carries nothing that could be a key */
function bearerKey(headers: Readonly<Record<string, string | undefined>>): string | undefined {
  const [, header = ''] = Object.entries(headers).find(([name]) => name.toLowerCase() === 'authorization') ?? [];
  return header.length > LONGEST_HEADER ? undefined : BEARER.exec(header.trim())?.[1];
}

/**
 * Compares with every hash, also after one was found: how long it takes says how many keys there are, and neither which one it
 * was nor how near a wrong one came.
 */
export function findHash(
  hash: Buffer,
  known: readonly string[],
  isEqual: EqualHashes = timingSafeEqual,
): string | undefined {
  return known.reduce<string | undefined>(
    (found, each) => (isEqual(hash, Buffer.from(each, 'hex')) ? each : found),
    undefined,
  );
}

/** What stands for a key in the record: 48 bits of the hash, of which nobody gets back to the key. */
function keyIdOf(hash: string): string {
  return hash.slice(0, 12);
}
