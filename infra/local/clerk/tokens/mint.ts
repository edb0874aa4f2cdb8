import { createSign } from 'node:crypto';
import { generateJwtKeys } from '../identity.ts';
import type { InstanceIdentity } from '../identity.ts';
import type { JsonObject } from '../json.ts';
import type { SeededRandom } from '../random.ts';
import { primaryEmail } from '../users/user.ts';
import type { StoredUser } from '../users/user.ts';

/** In `claims`, this value leaves the claim out. */
const ABSENT = '__absent';

/** The template category that Clerk's session tokens carry in their header. */
const SESSION_TOKEN_CATEGORY = 'cl_B7d4PD111AAA';
const NOT_BEFORE_SECONDS = 10;

export interface TokenRequest {
  readonly userId: string;
  /** The user as of now, or as last known; undefined for an id that was never seen. */
  readonly user: StoredUser | undefined;
  readonly expiresInSeconds: number;
  /** Replace the claims of the same name; {@link ABSENT} removes. */
  readonly claims: JsonObject;
  readonly signedBy: 'instance' | 'unknown';
}

export interface TokenMintOptions {
  readonly identity: InstanceIdentity;
  readonly issuer: string;
  readonly authorizedParty: string;
  readonly ids: SeededRandom;
}

interface SigningKey {
  readonly kid: string;
  readonly privateKey: string;
}

/** Mints session tokens as Clerk's session token version 2 with a custom profile template. */
export class TokenMint {
  readonly #options: TokenMintOptions;
  #unknownKey: SigningKey | undefined;

  constructor(options: TokenMintOptions) {
    this.#options = options;
  }

  mint(request: TokenRequest): string {
    const { kid, privateKey } = this.#key(request.signedBy);
    const header = { alg: 'RS256', cat: SESSION_TOKEN_CATEGORY, kid, typ: 'JWT' };
    const claims = { ...this.#sessionClaims(request), ...profileClaims(request.user), ...request.claims };
    const present = Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== ABSENT));
    const signed = `${encode(header)}.${encode(present)}`;
    return `${signed}.${createSign('RSA-SHA256').update(signed).sign(privateKey, 'base64url')}`;
  }

  /** In the time of the wall clock: whoever verifies a token compares it with theirs. */
  #sessionClaims(request: TokenRequest): JsonObject {
    const { issuer, authorizedParty, ids } = this.#options;
    const issuedAt = Math.floor(Date.now() / 1000);
    return {
      azp: authorizedParty,
      exp: issuedAt + request.expiresInSeconds,
      fva: [0, -1],
      iat: issuedAt,
      iss: issuer,
      nbf: issuedAt - NOT_BEFORE_SECONDS,
      sid: ids.id('sess_'),
      sts: 'active',
      sub: request.userId,
      v: 2,
    };
  }

  #key(signedBy: TokenRequest['signedBy']): SigningKey {
    const { identity, ids } = this.#options;
    if (signedBy === 'instance') return { kid: identity.kid, privateKey: identity.jwtPrivateKey };
    this.#unknownKey ??= { kid: ids.id('ins_'), privateKey: generateJwtKeys().jwtPrivateKey };
    return this.#unknownKey;
  }
}

/** The claims of the session token template that this project asks users to paste into Clerk. */
function profileClaims(user: StoredUser | undefined): JsonObject {
  const email = user === undefined ? undefined : primaryEmail(user);
  return {
    email: email?.address ?? null,
    firstName: user?.firstName ?? null,
    lastName: user?.lastName ?? null,
    imageUrl: user?.imageUrl ?? null,
    emailVerified: email === undefined ? null : email.status === 'verified',
    updatedAt: user?.updatedAt ?? null,
  };
}

function encode(part: JsonObject): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}
