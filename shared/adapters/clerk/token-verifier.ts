import type { Clock } from '../../ports/time.ts';
import type { TokenRefusal, TokenVerifier } from '../../ports/token-verifier.ts';
import type { ClaimNames } from './profile-claims.ts';
import { readProfileClaims } from './profile-claims.ts';
import type { TokenRules } from './token-claims.ts';
import { checkClaims, isExpired } from './token-claims.ts';
import { decodeToken, isOversized } from './token-format.ts';
import type { MemoLimits, RememberedToken } from './token-memo.ts';
import { createTokenMemo } from './token-memo.ts';
import type { KeyProvider } from './token-signature.ts';
import { checkSignature } from './token-signature.ts';

export interface TokenVerifierOptions extends Omit<TokenRules, 'clockSkewMs' | 'audience' | 'maxTokenLifeMs'> {
  readonly keys: KeyProvider;
  readonly clock: Clock;
  /** Names of profile claims that are not called by their usual names. */
  readonly claimNames?: ClaimNames;
  /** Values of `aud` that mean us; default none: then a token that has an `aud` is refused. */
  readonly audience?: readonly string[];
  /** Tolerance between Clerk's clock and ours, ms; default 5,000, as Clerk's own. */
  readonly clockSkewMs?: number;
  /** The longest life of a token that is accepted, ms; default an hour, where Clerk's session tokens have a minute. */
  readonly maxTokenLifeMs?: number;
  /** What is remembered of verified tokens at most. */
  readonly memo?: MemoLimits;
}

const CLOCK_SKEW_MS = 5_000;

const MAX_TOKEN_LIFE_MS = 3_600_000;

/** A session token has about 1 KB: room for a thousand of twice that. */
const MEMO: MemoLimits = { tokens: 1_000, bytes: 2_000_000 };

/** A token of longer life than a session's is verified afresh as often as keys are read. */
const REMEMBERED_MS = 300_000;

/**
 * Verifies Clerk session tokens without asking anyone.
 *
 * What a token says is checked before its signature: those checks take microseconds and the signature a quarter of a
 * millisecond, so that junk stays cheap. Nothing a token says is used, remembered or told before its signature has held.
 * Expiry is judged twice, by the clock given here and, inside Clerk's package, by the machine's: either refuses.
 *
 * A token that was verified is remembered until it expires, for five minutes at most, and never for longer than the key that
 * verified it is among ours: a key that is taken out takes its tokens with it.
 */
export function createTokenVerifier(options: TokenVerifierOptions): TokenVerifier {
  const { keys, clock, clockSkewMs = CLOCK_SKEW_MS, maxTokenLifeMs = MAX_TOKEN_LIFE_MS, audience = [] } = options;
  const rules = { ...options, clockSkewMs, maxTokenLifeMs, audience };
  const memo = createTokenMemo(options.memo ?? MEMO);
  return {
    async verify(text) {
      // Before the memo, too: looking a text up reads all of it.
      if (isOversized(text)) return { ok: false, reason: 'oversized' };
      const known = memo.get(text);
      if (known && isInTime(known, clockSkewMs, clock.now()) && (await keys.current()).includes(known.key)) {
        return { ok: true, token: known.token };
      }
      memo.forget(text);
      const verification = await verifyAfresh(text, rules);
      if (!verification.ok) return verification;
      memo.put(text, verification.remembered);
      return { ok: true, token: verification.remembered.token };
    },
  };
}

function isInTime({ token, verifiedAt }: RememberedToken, clockSkewMs: number, now: number): boolean {
  const age = now - verifiedAt;
  return age >= 0 && age < REMEMBERED_MS && !isExpired(token.expiresAt, clockSkewMs, now);
}

type FreshVerification =
  | { readonly ok: true; readonly remembered: RememberedToken }
  | { readonly ok: false; readonly reason: TokenRefusal };

async function verifyAfresh(text: string, rules: TokenVerifierOptions & TokenRules): Promise<FreshVerification> {
  const decoded = decodeToken(text);
  if (!decoded.ok) return decoded;
  const verifiedAt = rules.clock.now();
  const checked = checkClaims(decoded.payload, rules, verifiedAt);
  if (!checked.ok) return checked;
  const signature = await checkSignature(text, rules.keys, rules.clockSkewMs);
  if (!signature.ok) return signature;
  const id = checked.claims.userId;
  const snapshot = { source: 'token' as const, id, ...readProfileClaims(decoded.payload, rules.claimNames) };
  return { ok: true, remembered: { token: { ...checked.claims, snapshot }, key: signature.key, verifiedAt } };
}
