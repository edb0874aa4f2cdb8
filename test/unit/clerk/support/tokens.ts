import { generateKeyPairSync, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

export interface KeyPair {
  readonly privateKey: KeyObject;
  /** PEM. */
  readonly publicKey: string;
}

export function generateKeys(modulusLength = 2_048): KeyPair {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength });
  return { privateKey, publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString() };
}

export const ISSUER = 'https://clerk.example.com';
export const PARTY = 'https://app.example.com';

/** A session token's payload as Clerk makes one; times in seconds. */
export function payload(overrides: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  const now = Math.floor(Date.now() / 1_000);
  return {
    azp: PARTY,
    exp: now + 60,
    fva: [0, -1],
    iat: now,
    iss: ISSUER,
    nbf: now - 10,
    sid: 'sess_example1',
    sts: 'active',
    sub: 'user_ada1',
    v: 2,
    email: 'ada@example.com',
    firstName: 'Ada',
    lastName: null,
    imageUrl: 'https://img.example.com/ada.png',
    updatedAt: 1_763_100_000_456,
    ...overrides,
  };
}

/** Signs a header and a payload, each an object or a JSON text; RS256 whatever the header says. */
export function signToken(
  keys: KeyPair,
  claims: object | string,
  header: object | string = { alg: 'RS256', kid: 'ins_key1', typ: 'JWT' },
): string {
  const input = `${encode(header)}.${encode(claims)}`;
  return `${input}.${sign('RSA-SHA256', Buffer.from(input), keys.privateKey).toString('base64url')}`;
}

export function encode(part: object | string): string {
  return Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url');
}

/** JSON text of a payload with one member's text put in as it stands. */
export function withRawMember(claims: Readonly<Record<string, unknown>>, member: string): string {
  return JSON.stringify(claims).replace(/\}$/, `,${member}}`);
}
