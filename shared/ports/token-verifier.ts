import type { TokenSnapshot } from '../domain/snapshot.ts';

/** Why a token is refused: counted, never told to the caller. */
export type TokenRefusal =
  | 'malformed'
  | 'algorithm'
  | 'critical-header'
  | 'signature'
  | 'expired'
  | 'not-yet-valid'
  | 'issuer'
  | 'authorized-party'
  | 'subject'
  | 'session'
  | 'pending'
  | 'audience';

export interface VerifiedToken {
  readonly userId: string;
  readonly sessionId: string;
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
