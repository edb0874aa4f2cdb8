import type { Actor } from '../../ports/token-verifier.ts';
import { isObject } from './json.ts';

/** Clerk's ids have some 30 characters. */
const LONGEST_SUBJECT = 128;

/**
 * Reads the claim `act` (RFC 8693, 4.1), which a session has in which somebody acts for the user.
 *
 * @returns the actor, undefined where the user acts for herself, `unreadable` for anything else: a request that an
 *   impersonator makes must never pass for the user's own
 */
export function readActor(act: unknown): Actor | undefined | 'unreadable' {
  if (act === undefined || act === null) return undefined;
  const sub = isObject(act) ? act['sub'] : undefined;
  return typeof sub === 'string' && sub !== '' && sub.length <= LONGEST_SUBJECT ? { sub } : 'unreadable';
}
