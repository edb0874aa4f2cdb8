import type { JsonObject } from '../json.ts';

/** Reserved: unverified, but nobody else may claim the address. Unverified: anybody else may. */
export type EmailStatus = 'verified' | 'reserved' | 'unverified';

export interface StoredEmail {
  readonly id: string;
  readonly address: string;
  readonly status: EmailStatus;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export interface StoredPhone {
  readonly id: string;
  readonly number: string;
  readonly createdAt: number;
}

/** Attributes that the user's own request, or the application's, can set directly. */
export interface UserAttributes {
  readonly externalId: string | null;
  readonly username: string | null;
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly locale: string | null;
  readonly legalAcceptedAt: number | null;
  readonly deleteSelfEnabled: boolean;
  readonly createOrganizationEnabled: boolean;
  readonly createOrganizationsLimit: number | null;
  readonly bypassClientTrust: boolean;
}

export interface UserMetadata {
  readonly publicMetadata: JsonObject;
  readonly privateMetadata: JsonObject;
  readonly unsafeMetadata: JsonObject;
}

/** A user of the stand-in. Never changed in place: a change is a new one. Times are ms since 1970. */
export interface StoredUser extends UserAttributes, UserMetadata {
  readonly id: string;
  readonly emails: readonly StoredEmail[];
  readonly primaryEmailId: string | null;
  readonly phones: readonly StoredPhone[];
  readonly primaryPhoneId: string | null;
  readonly imageUrl: string;
  readonly hasImage: boolean;
  readonly passwordEnabled: boolean;
  readonly banned: boolean;
  readonly deprovisioned: boolean;
  /** A lock lapses at this time without any event. */
  readonly lockedUntil: number | null;
  readonly lastActiveAt: number | null;
  readonly lastSignInAt: number | null;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export function primaryEmail(user: StoredUser): StoredEmail | undefined {
  return user.emails.find(({ id }) => id === user.primaryEmailId);
}

/** Identifiers are taken and searched for without regard to case and surrounding space. */
export function normalised(identifier: string): string {
  return identifier.trim().toLowerCase();
}
