import { verifyToken } from '@clerk/backend';
import { TokenVerificationError, TokenVerificationErrorReason } from '@clerk/backend/errors';
import type { TokenRefusal } from '../../ports/token-verifier.ts';

/** Clerk's public keys as PEM text; several while one is being rotated out. */
export interface KeyProvider {
  current(): Promise<readonly string[]>;
  /** Reads them again, unless that was done a moment ago: then it answers what `current` does. */
  reread(): Promise<readonly string[]>;
}

/**
 * Checks a token's signature against our keys, with Clerk's own `verifyToken` and without the network. If none of them signed
 * it the keys are read again, so that a rotation needs no deploy; only keys that were not tried yet are tried then.
 *
 * @returns why the token is refused; undefined when one of the keys signed it
 * @throws whatever the provider throws: without keys nothing can be said of any token
 */
export async function refusalOfSignature(
  token: string,
  keys: KeyProvider,
  clockSkewMs: number,
): Promise<TokenRefusal | undefined> {
  const known = await keys.current();
  const reason = await tryKeys(token, known, clockSkewMs);
  if (reason !== 'signature') return reason;
  const fresh = (await keys.reread()).filter((key) => !known.includes(key));
  return tryKeys(token, fresh, clockSkewMs);
}

async function tryKeys(token: string, keys: readonly string[], clockSkewMs: number): Promise<TokenRefusal | undefined> {
  for (const key of keys) {
    const reason = await tryKey(token, key, clockSkewMs);
    if (reason !== 'signature') return reason;
  }
  return 'signature';
}

async function tryKey(token: string, key: string, clockSkewMs: number): Promise<TokenRefusal | undefined> {
  try {
    // An environment variable often has a PEM's line breaks as \n in two characters, which would fail as a bad signature.
    await verifyToken(token, { jwtKey: key.replaceAll(String.raw`\n`, '\n'), clockSkewInMs: clockSkewMs });
    return undefined;
  } catch (error) {
    return reasonOf(error);
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
