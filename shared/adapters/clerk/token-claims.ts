import type { TokenRefusal, VerifiedToken } from '../../ports/token-verifier.ts';
import type { Members } from './json.ts';
import { readActor } from './token-actor.ts';
import { isUserId } from './user-id.ts';

/** What a session token must say to be accepted. */
export interface TokenRules {
  /** Clerk's Frontend API URL, exactly as `iss` has it. */
  readonly issuer: string;
  /** Origins whose tokens are accepted (`azp`). */
  readonly authorizedParties: readonly string[];
  /** What becomes of a token without `azp`: native applications and the Backend API make such ones. */
  readonly missingAzp: 'allow' | 'deny';
  /** Services that this one answers to (`aud`); with none, a token that is addressed to any is refused. */
  readonly audience: readonly string[];
  /** Tolerance between Clerk's clock and ours, ms. */
  readonly clockSkewMs: number;
  /** The longest life (`exp` less `iat`) of a token that is accepted, ms: the Backend API makes some that live for years. */
  readonly maxTokenLifeMs: number;
}

export type CheckedClaims =
  | { readonly ok: true; readonly claims: Omit<VerifiedToken, 'snapshot'> }
  | { readonly ok: false; readonly reason: TokenRefusal };

/** Seconds beyond this (the year 5138) are no date of a token: 1e300 is finite, and would never expire. */
const LAST_SECOND = 100_000_000_000;

/** Clerk's session ids have 32 characters. */
const LONGEST_SESSION_ID = 128;

/**
 * Checks everything that a token claims about itself and that `verifyToken` does not check, or checks loosely, or by a clock
 * of its own: subject, session and its status, actor, issuer, authorized party, audience and time.
 *
 * @param now ms
 */
export function checkClaims(payload: Members, rules: TokenRules, now: number): CheckedClaims {
  const { sub, sid, exp } = payload;
  if (!isUserId(sub)) return refuse('subject');
  if (!isSession(sid, rules)) return refuse('session');
  const actor = readActor(payload['act']);
  if (actor === 'unreadable') return refuse('actor');
  if (!isTime(exp)) return refuse('time');
  const reason = refusalOfIssuer(payload, rules) ?? refusalOfTime(payload, rules, now) ?? refusalOfStatus(payload);
  if (reason) return refuse(reason);
  return { ok: true, claims: { userId: sub, sessionId: sid, actor, expiresAt: exp * 1_000 } };
}

/** Whether a token has expired; the tolerance is the same on its first sight and on each later one. */
export function isExpired(expiresAt: number, clockSkewMs: number, now: number): boolean {
  return expiresAt + clockSkewMs <= now;
}

function refusalOfIssuer(payload: Members, rules: TokenRules): TokenRefusal | undefined {
  if (payload['iss'] !== rules.issuer) return 'issuer';
  if (!isAuthorizedParty(payload['azp'], rules)) return 'authorized-party';
  return isAudience(payload['aud'], rules.audience) ? undefined : 'audience';
}

function isAuthorizedParty(azp: unknown, { authorizedParties, missingAzp }: TokenRules): boolean {
  if (azp === undefined) return missingAzp === 'allow';
  return typeof azp === 'string' && authorizedParties.includes(azp);
}

/** RFC 7519, 4.1.3: a token that is addressed to others must be refused; with an audience configured it must be addressed to it. */
function isAudience(aud: unknown, audience: readonly string[]): boolean {
  if (aud === undefined) return audience.length === 0;
  const addressed: unknown[] = Array.isArray(aud) ? aud : [aud];
  return addressed.some((each) => typeof each === 'string' && audience.includes(each));
}

function refusalOfTime(payload: Members, rules: TokenRules, now: number): TokenRefusal | undefined {
  const { exp, iat, nbf } = payload;
  if (!isTime(exp) || !isTime(iat) || (nbf !== undefined && !isTime(nbf))) return 'time';
  if (isExpired(exp * 1_000, rules.clockSkewMs, now)) return 'expired';
  const from = Math.max(iat, nbf ?? iat) * 1_000;
  if (from > now + rules.clockSkewMs) return 'not-yet-valid';
  // With `iat` in the past this bounds what is left of its life, too.
  return (exp - iat) * 1_000 > rules.maxTokenLifeMs ? 'lifetime' : undefined;
}

/** A `pending` session has tasks left before the user counts as signed in; of other states than `active` we know none. */
function refusalOfStatus({ sts }: Members): TokenRefusal | undefined {
  return sts === undefined || sts === 'active' ? undefined : 'pending';
}

/** Tokens made from a template carry no session: they are let in only where an audience tells ours from all others. */
function isSession(value: unknown, { audience }: TokenRules): value is string | undefined {
  if (value === undefined) return audience.length > 0;
  return typeof value === 'string' && value !== '' && value.length <= LONGEST_SESSION_ID;
}

/** Whether a value is a `NumericDate` of RFC 7519 (seconds): JSON's 1e999 is Infinity. */
function isTime(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value < LAST_SECOND;
}

function refuse(reason: TokenRefusal): CheckedClaims {
  return { ok: false, reason };
}
