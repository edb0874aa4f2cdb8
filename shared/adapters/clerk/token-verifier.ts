import type { Clock } from '../../ports/time.ts';
import type { TokenVerifier, Verification } from '../../ports/token-verifier.ts';
import type { ClaimNames } from './profile-claims.ts';
import { readProfileClaims } from './profile-claims.ts';
import type { TokenRules } from './token-claims.ts';
import { checkClaims, isExpired } from './token-claims.ts';
import { decodeToken } from './token-format.ts';
import { createTokenMemo } from './token-memo.ts';
import type { KeyProvider } from './token-signature.ts';
import { refusalOfSignature } from './token-signature.ts';

export interface TokenVerifierOptions extends Omit<TokenRules, 'clockSkewMs' | 'audience'> {
  readonly keys: KeyProvider;
  readonly clock: Clock;
  /** Names of profile claims that are not called by their usual names. */
  readonly claimNames?: ClaimNames;
  /** Values of `aud` that mean us; default none: then a token that has an `aud` is refused. */
  readonly audience?: readonly string[];
  /** Tolerance between Clerk's clock and ours, ms; default 5,000, as Clerk's own. */
  readonly clockSkewMs?: number;
  /** Verified tokens remembered; default 1,000. */
  readonly memoSize?: number;
}

const CLOCK_SKEW_MS = 5_000;
const MEMO_SIZE = 1_000;

/**
 * Verifies Clerk session tokens without asking anyone.
 *
 * What a token says is checked before its signature: those checks take microseconds and the signature a quarter of a
 * millisecond, so that junk stays cheap. Nothing a token says is used, remembered or told before its signature has held.
 * Expiry is judged twice, by the clock given here and, inside Clerk's package, by the machine's: either refuses.
 */
export function createTokenVerifier(options: TokenVerifierOptions): TokenVerifier {
  const { keys, clock, claimNames, memoSize = MEMO_SIZE, clockSkewMs = CLOCK_SKEW_MS, audience = [] } = options;
  const rules = { ...options, clockSkewMs, audience };
  const memo = createTokenMemo(memoSize);
  return {
    async verify(text) {
      const known = memo.get(text);
      if (known && !isExpired(known.expiresAt, clockSkewMs, clock.now())) return { ok: true, token: known };
      memo.forget(text);
      const verification = await verifyAfresh(text, keys, rules, claimNames, clock);
      if (verification.ok) memo.put(text, verification.token);
      return verification;
    },
  };
}

async function verifyAfresh(
  text: string,
  keys: KeyProvider,
  rules: TokenRules,
  claimNames: ClaimNames | undefined,
  clock: Clock,
): Promise<Verification> {
  const decoded = decodeToken(text);
  if (!decoded.ok) return decoded;
  const checked = checkClaims(decoded.payload, rules, clock.now());
  if (!checked.ok) return checked;
  const reason = await refusalOfSignature(text, keys, rules.clockSkewMs);
  if (reason) return { ok: false, reason };
  const id = checked.claims.userId;
  const snapshot = { source: 'token' as const, id, ...readProfileClaims(decoded.payload, claimNames) };
  return { ok: true, token: { ...checked.claims, snapshot } };
}
