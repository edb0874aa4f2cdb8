import { createHash } from 'node:crypto';
import type { RawSecrets, SecretSource } from '../../../shared/adapters/secrets/source.ts';
import type { KeyPair } from '../../unit/clerk/support/tokens.ts';
import { generateKeys } from '../../unit/clerk/support/tokens.ts';
import type { Draws } from '../draws.ts';
import type { Scheduler } from './scheduler.ts';

/** Signing secrets of 32 bytes. */
const secretOf = (fill: number): string => `whsec_${Buffer.alloc(32, fill).toString('base64')}`;
/** Of an endpoint of before, which is still accepted. */
export const PREVIOUS = secretOf(2);
/** Taken out long ago. */
export const REVOKED = secretOf(3);
export const STRANGERS_SECRET = secretOf(4);
const FIRST = 10;

/**
 * The keys that sign the world's tokens: real ones, of 2,048 bits, since Clerk's package knows no other length. Two pairs for a
 * process, which take turns: the text of a token decides nothing and is in no history.
 */
const KEYS: readonly KeyPair[] = [generateKeys(), generateKeys()];

export const ADMIN_KEY = `cds_${'k'.repeat(43)}`;
const ADMIN_KEY_HASH = createHash('sha256').update(ADMIN_KEY).digest('hex');

/** When something was among our secrets, ms: it may be so again. */
export interface Term {
  readonly name: string;
  readonly from: number;
  until: number;
}

/** A rotation: the new one is in use at once, in the vault a little later, and the old one goes after a while (ms). */
const ADDED_WITHIN_MS = 60_000;
const GOES_AFTER_MS = { least: 10 * 60_000, most: 3 * 3_600_000 };

/** Secrets Manager, and who rotates what is in it. */
export class Vault {
  readonly #scheduler: Scheduler;
  readonly #secrets: Term[];
  readonly #keys: Term[];
  #secret = 0;
  #key = 0;
  #isRotating = false;

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
    this.#secrets = [this.#term(secretOf(FIRST)), this.#term(PREVIOUS)];
    this.#keys = [this.#term(KEYS[0]!.publicKey)];
  }

  /** What Svix signs with now. */
  get webhookSecret(): string {
    return secretOf(FIRST + this.#secret);
  }

  /** What Clerk signs tokens with now. */
  get key(): KeyPair {
    return KEYS[this.#key % KEYS.length]!;
  }

  /** Where a container reads the secrets. */
  readonly source: SecretSource = {
    read: async (): Promise<RawSecrets> => {
      const { party } = this.#scheduler;
      await this.#scheduler.sleep(party?.draws.between(1, 30) ?? 1);
      return { values: this.#values(), labels: LABELS };
    },
  };

  /** Every time at which the secret, or the public key, was one of ours. */
  termsOf(name: string): readonly Term[] {
    return [...this.#secrets, ...this.#keys].filter((term) => term.name === name);
  }

  rotateSecret(draws: Draws): void {
    const old = this.webhookSecret;
    this.#rotate(draws, this.#secrets, old, () => {
      this.#secret += 1;
      return this.webhookSecret;
    });
  }

  rotateKey(draws: Draws): void {
    const old = this.key.publicKey;
    this.#rotate(draws, this.#keys, old, () => {
      this.#key += 1;
      return this.key.publicKey;
    });
  }

  #rotate(draws: Draws, terms: Term[], old: string, next: () => string): void {
    if (this.#isRotating) return;
    this.#isRotating = true;
    const fresh = next();
    const { now } = this.#scheduler;
    const addedAt = now + draws.between(0, ADDED_WITHIN_MS);
    this.#scheduler.at(addedAt, () => void terms.unshift(this.#term(fresh)));
    this.#scheduler.at(addedAt + draws.between(GOES_AFTER_MS.least, GOES_AFTER_MS.most), () => {
      for (const term of terms) if (term.name === old) term.until = Math.min(term.until, this.#scheduler.now);
      this.#isRotating = false;
    });
  }

  #term(name: string): Term {
    return { name, from: this.#scheduler.now, until: Number.POSITIVE_INFINITY };
  }

  #values(): RawSecrets['values'] {
    const namesOf = (terms: readonly Term[]): readonly string[] =>
      terms.filter(({ until }) => until > this.#scheduler.now).map(({ name }) => name);
    return {
      secretKey: 'sk_test_simulated',
      webhookSecrets: namesOf(this.#secrets),
      jwtKeys: namesOf(this.#keys),
      adminKeyHashes: [ADMIN_KEY_HASH],
    };
  }
}

const LABELS: RawSecrets['labels'] = {
  secretKey: 'the secret key',
  webhookSecrets: 'the webhook secrets',
  jwtKeys: 'the keys',
  adminKeyHashes: 'the hashes of admin keys',
};
