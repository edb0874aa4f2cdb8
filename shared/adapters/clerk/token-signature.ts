import { TokenVerificationError, TokenVerificationErrorReason } from '@clerk/backend/errors';
import { verifyJwt } from '@clerk/backend/jwt';
import type { TokenRefusal } from '../../ports/token-verifier.ts';

/** Clerk's public keys as PEM text; several while one is being rotated out. */
export interface KeyProvider {
  current(): Promise<readonly string[]>;
  /** Reads them again, unless that was done a moment ago: then it answers what `current` does. */
  reread(): Promise<readonly string[]>;
}

/** Which of our keys signed the token, or why the token is refused. */
export type CheckedSignature =
  | { readonly ok: true; readonly key: string }
  | { readonly ok: false; readonly reason: TokenRefusal };

/**
 * Checks a token's signature against our keys, with Clerk's own `verifyJwt` and without the network. It is all that Clerk's
 * `verifyToken` does once it has a key, and does not bring the whole of Clerk's API along; the category of a machine's token,
 * which `verifyToken` refuses, `decodeToken` has refused. If none of them signed
 * it the keys are read again, so that a rotation needs no deploy; only keys that were not tried yet are tried then.
 *
 * @returns the key as the provider has it
 * @throws whatever the provider throws: without keys nothing can be said of any token
 */
export async function checkSignature(token: string, keys: KeyProvider, clockSkewMs: number): Promise<CheckedSignature> {
  const known = await keys.current();
  const checked = await tryKeys(token, known, clockSkewMs);
  if (checked.ok || checked.reason !== 'signature') return checked;
  const fresh = (await keys.reread()).filter((key) => !known.includes(key));
  return tryKeys(token, fresh, clockSkewMs);
}

async function tryKeys(token: string, keys: readonly string[], clockSkewMs: number): Promise<CheckedSignature> {
  for (const key of keys) {
    const checked = await tryKey(token, key, clockSkewMs);
    if (checked.ok || checked.reason !== 'signature') return checked;
  }
  return { ok: false, reason: 'signature' };
}

async function tryKey(token: string, key: string, clockSkewMs: number): Promise<CheckedSignature> {
  try {
    // An environment variable often has a PEM's line breaks as \n in two characters, which would fail as a bad signature.
    await verifyJwt(token, { key: key.replaceAll(String.raw`\n`, '\n'), clockSkewInMs: clockSkewMs });
    return { ok: true, key };
  } catch (error) {
    return { ok: false, reason: reasonOf(error) };
  }
}

/** Clerk's reasons in our words; every other one means that this key did not sign the token. */
const REASONS: ReadonlyMap<string, TokenRefusal> = new Map([
  [TokenVerificationErrorReason.TokenExpired, 'expired'],
  [TokenVerificationErrorReason.TokenNotActiveYet, 'not-yet-valid'],
  [TokenVerificationErrorReason.TokenIatInTheFuture, 'not-yet-valid'],
  [TokenVerificationErrorReason.TokenInvalid, 'malformed'],
  [TokenVerificationErrorReason.TokenInvalidAlgorithm, 'algorithm'],
]);

function reasonOf(error: unknown): TokenRefusal {
  return (error instanceof TokenVerificationError && REASONS.get(error.reason)) || 'signature';
}
