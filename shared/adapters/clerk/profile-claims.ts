import type { Profile } from '../../domain/user.ts';
import { PROFILE_FIELDS } from '../../domain/user.ts';
import type { TokenSnapshot } from '../../domain/snapshot.ts';
import type { Members } from './json.ts';
import { toMilliseconds } from './milliseconds.ts';

/** Names of the claims that carry a user's profile, where they are not called by their usual names. */
export type ClaimNames = Partial<Readonly<Record<keyof Profile | 'updatedAt', string>>>;

/** The usual names: as the documentation's session-token template has them, and in Clerk's own spelling. */
const USUAL_NAMES: Readonly<Record<keyof Profile | 'updatedAt', readonly string[]>> = {
  email: ['email'],
  firstName: ['firstName', 'first_name'],
  lastName: ['lastName', 'last_name'],
  imageUrl: ['imageUrl', 'image_url'],
  updatedAt: ['updatedAt', 'updated_at'],
};

/**
 * Reads the profile that a session token carries. A claim that is absent, or of another type than it can have, is left out:
 * it says nothing. Null says that there is none, and so does an empty text, which is what a template's shortcode leaves where
 * a user has no such value.
 *
 * @param payload the token's verified payload
 * @param names a name given here is the only one that is looked for
 */
export function readProfileClaims(payload: Members, names: ClaimNames = {}): Pick<TokenSnapshot, 'claims' | 'asOf'> {
  const claims: { -readonly [Field in keyof Profile]?: string | null } = {};
  for (const field of PROFILE_FIELDS) {
    const value = read(payload, field, names, readText);
    if (value !== undefined) claims[field] = value;
  }
  return { claims, asOf: read(payload, 'updatedAt', names, toMilliseconds) };
}

/** The first claim under one of the field's names that has a usable value. */
function read<T>(
  payload: Members,
  field: keyof ClaimNames,
  names: ClaimNames,
  parse: (value: unknown) => T | undefined,
): T | undefined {
  const name = names[field];
  const candidates = name === undefined ? USUAL_NAMES[field] : [name];
  for (const candidate of candidates) {
    const value = Object.hasOwn(payload, candidate) ? parse(payload[candidate]) : undefined;
    if (value !== undefined) return value;
  }
  return undefined;
}

function readText(value: unknown): string | null | undefined {
  if (value === null || value === '') return null;
  return typeof value === 'string' ? value : undefined;
}
