import { normaliseName } from '../../domain/user.ts';
import type { Members } from './json.ts';
import { isObject } from './json.ts';

/** A user's primary address. */
export interface PrimaryEmail {
  /** As Clerk gives it; null for a user without one. */
  readonly email: string | null;
  /** Normalised; null unless Clerk has verified it. */
  readonly verifiedEmail: string | null;
}

const NONE: PrimaryEmail = { email: null, verifiedEmail: null };

/**
 * Finds the address that `primary_email_address_id` names. Users of phone or OAuth alone have none, and an id that names none
 * of the addresses means none, too: the others are not a substitute.
 *
 * @returns undefined when the user cannot be read: an id without a list, or entries of another shape
 */
export function primaryEmailOf(user: Members): PrimaryEmail | undefined {
  const id = user['primary_email_address_id'] ?? null;
  if (id === null) return NONE;
  const addresses: unknown = user['email_addresses'];
  if (typeof id !== 'string' || !Array.isArray(addresses)) return undefined;
  const primary: unknown = addresses.find((address: unknown) => isObject(address) && address['id'] === id);
  return isObject(primary) ? read(primary) : NONE;
}

function read(address: Members): PrimaryEmail | undefined {
  const email = address['email_address'];
  if (typeof email !== 'string') return undefined;
  if (email === '') return NONE;
  return { email, verifiedEmail: isVerified(address) ? normaliseName(email) : null };
}

function isVerified({ verification }: Members): boolean {
  return isObject(verification) && verification['status'] === 'verified';
}
