import type { Draws } from '../draws.ts';
import type { KeyPair } from '../../unit/clerk/support/tokens.ts';
import { generateKeys, ISSUER, PARTY, signToken } from '../../unit/clerk/support/tokens.ts';
import type { People, Person } from './people.ts';
import type { Term, Vault } from './vault.ts';

/** What a session's token says of its user. */
export const TOKEN_KINDS = ['fresh', 'fresh-in-seconds', 'stale', 'no-order', 'few-claims', 'from-the-future'] as const;

export type TokenKind = (typeof TOKEN_KINDS)[number];

interface Minted {
  readonly text: string;
  readonly at: number;
}

/** A token lives for a minute and is used for most of it (ms). */
const REFRESHED_AFTER_MS = 50_000;

/** Mints session tokens, each once: a session uses its token until it is refreshed. */
export class Tokens {
  readonly #sessions = new Map<string, Minted>();
  readonly #people: People;
  readonly #vault: Vault;
  readonly #keys = new Map<string, string>();
  readonly #now: () => number;

  constructor(people: People, vault: Vault, now: () => number) {
    this.#people = people;
    this.#vault = vault;
    this.#now = now;
  }

  /** @returns the token that the user's session of this kind has now */
  of(person: Person, kind: TokenKind, draws: Draws): string {
    const session = `${person.id} ${kind}`;
    const known = this.#sessions.get(session);
    const isCurrent = known && this.#now() - known.at < REFRESHED_AFTER_MS;
    // Whoever has been deleted gets no new token: the last one is all that is left.
    if (known && (isCurrent || this.#people.get(person.id) === undefined)) return known.text;
    const claims = claimsOf(this.#stateFor(person, kind, draws), kind, this.#now());
    const { key } = this.#vault;
    const text = signToken(key, { ...claims, ...this.#times() });
    this.#keys.set(text, key.publicKey);
    this.#sessions.set(session, { text, at: this.#now() });
    return text;
  }

  /** A token that somebody else has signed. */
  forged(person: Person): string {
    forger ??= generateKeys();
    return signToken(forger, { ...claimsOf(person, 'fresh', this.#now()), ...this.#times() });
  }

  /** When the key that signed the token was one of ours; never, for a forged one. */
  termsOf(text: string): readonly Term[] {
    return this.#vault.termsOf(this.#keys.get(text) ?? '');
  }

  #stateFor(person: Person, kind: TokenKind, draws: Draws): Person {
    return kind === 'stale' ? draws.pick(this.#people.statesOf(person.id)) : person;
  }

  #times(): Readonly<Record<string, number>> {
    const now = Math.floor(this.#now() / 1_000);
    return { iat: now, nbf: now - 10, exp: now + 60 };
  }
}

let forger: KeyPair | undefined;

function claimsOf(person: Person, kind: TokenKind, now: number): Readonly<Record<string, unknown>> {
  const { id, email, firstName, lastName, imageUrl, updatedAt } = person;
  const session = { iss: ISSUER, azp: PARTY, sub: id, sid: `sess_${id.slice(5)}`, sts: 'active', v: 2 };
  const profile = { email, firstName, lastName, imageUrl };
  switch (kind) {
    case 'fresh':
    case 'stale':
      return { ...session, ...profile, updatedAt };
    case 'fresh-in-seconds':
      return { ...session, ...profile, updatedAt: Math.floor(updatedAt / 1_000) };
    case 'no-order':
      return { ...session, ...profile };
    case 'few-claims':
      return { ...session, email, updatedAt };
    case 'from-the-future':
      return { ...session, ...profile, updatedAt: now + 3_600_000 };
    default:
      return kind satisfies never;
  }
}
