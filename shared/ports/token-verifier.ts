import type { TokenSnapshot } from '../domain/snapshot.ts';

/** Why a token is refused: counted, never told to the caller. */
export type TokenRefusal =
  /** Longer than any token of Clerk's: not even looked at. */
  | 'oversized'
  /** Not three parts of canonical base64url, of which two are JSON objects. */
  | 'malformed'
  | 'duplicate-member'
  | 'algorithm'
  | 'critical-header'
  | 'token-type'
  | 'signature'
  /** Its times are missing or none. */
  | 'time'
  | 'expired'
  | 'not-yet-valid'
  /** Made to live for longer than is accepted: until it ends nothing but the mirror could stop its user. */
  | 'lifetime'
  | 'issuer'
  | 'authorized-party'
  | 'audience'
  | 'subject'
  | 'session'
  | 'pending'
  /** Somebody acts for the user, and who it is cannot be read. */
  | 'actor';

/** Who acts for the user, where somebody does: Clerk calls that impersonation (the claim `act`). */
export interface Actor {
  /** As Clerk names them: the id of a user or of a member of the Clerk dashboard. */
  readonly sub: string;
}

export interface VerifiedToken {
  readonly userId: string;
  /** Undefined for a token of a template, which belongs to no session; accepted only with an audience. */
  readonly sessionId: string | undefined;
  /** Absent where the user acts for herself. */
  readonly actor?: Actor | undefined;
  /** End of the token's life, ms. */
  readonly expiresAt: number;
  /** What its profile claims say of the user. */
  readonly snapshot: TokenSnapshot;
}

export type Verification =
  | { readonly ok: true; readonly token: VerifiedToken }
  | { readonly ok: false; readonly reason: TokenRefusal };

/** Verifies a session token without asking anyone. Never throws for anything a stranger can send. */
export interface TokenVerifier {
  verify(token: string): Promise<Verification>;
}
