import { createHash } from 'node:crypto';
import { canonicalJson } from '../domain/json.ts';
import type { Profile, UserRecord } from '../domain/user.ts';

/**
 * A short digest of everything that is compared: the mirrored fields, without versions and without `locked`.
 * Kept on the index, so that a full run sees drift without reading the item.
 *
 * @returns 22 characters (128 bits of SHA-256, base64url)
 */
export function fingerprint(profile: Profile, record: UserRecord | undefined): string {
  const text = canonicalJson({ profile: { ...profile }, record: record ? { ...record } : null });
  return createHash('sha256').update(text).digest('base64url').slice(0, 22);
}

/** Stands behind the fingerprint of a user who waits for a name, so that it equals no user's of Clerk: every run looks at her. */
const WAITING = '?';

export function waitingFingerprint(print: string): string {
  return `${print}${WAITING}`;
}

export function isOfWaiting(print: string | undefined): boolean {
  return print?.endsWith(WAITING) ?? false;
}

/** The fingerprint of the content alone. */
export function withoutWaiting(print: string): string {
  return isOfWaiting(print) ? print.slice(0, -WAITING.length) : print;
}
