import type { JsonObject } from '../domain/json.ts';
import type { MirroredUser, StoredUser } from '../domain/user.ts';
import { emailVerified } from '../domain/user.ts';
import type { Actor } from '../ports/token-verifier.ts';

/** The user of a request: the whole mirrored user, as the functions behind the authorizer see one. */
export interface RequestUser {
  readonly id: string;
  readonly email: string | null;
  /** Whether Clerk has verified the address in `email`. */
  readonly emailVerified: boolean;
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly imageUrl: string | null;
  /** Clerk's or, where Clerk has none, one derived from the email or the id; null until the record is known. */
  readonly username: string | null;
  readonly externalId: string | null;
  /** The primary address, normalised, if Clerk has verified it. */
  readonly verifiedEmail: string | null;
  readonly banned: boolean;
  readonly deprovisioned: boolean;
  readonly locked: boolean;
  readonly publicMetadata: JsonObject;
  /** ISO 8601; null until Clerk has told when it created the user. */
  readonly clerkCreatedAt: string | null;
  /** ISO 8601: when the mirror first and last wrote the user; null for one that it could not write. */
  readonly createdAt: string | null;
  readonly updatedAt: string | null;
  /** The application's own attributes. */
  readonly app: JsonObject;
  /** False when the mirror could not be reached, or does not have her yet, and this is what the token says. */
  readonly synced: boolean;
  /** Who acts for the user in this request; absent where she does so herself. */
  readonly actor?: Actor;
  /** Of these, which were too large for a request and are empty here: read them from the table, or by `GET /users/me`. */
  readonly omitted?: readonly ('app' | 'publicMetadata')[];
}

/**
 * @param user a stored user, or one made from a token alone
 * @param synced whether the mirror stands behind it
 * @param actor who acts for the user, if anybody
 */
export function requestUser(user: MirroredUser | StoredUser, synced: boolean, actor?: Actor): RequestUser {
  const record = user.record?.content;
  return {
    id: user.id,
    ...user.profile.content,
    emailVerified: emailVerified(user),
    username: record?.username ?? ('held' in user ? user.held.username : undefined) ?? null,
    externalId: record?.externalId ?? null,
    verifiedEmail: record?.verifiedEmail ?? null,
    banned: record?.banned ?? false,
    deprovisioned: record?.deprovisioned ?? false,
    locked: user.locked,
    publicMetadata: record?.publicMetadata ?? {},
    clerkCreatedAt: record ? isoTime(record.clerkCreatedAt) : null,
    createdAt: 'createdAt' in user ? isoTime(user.createdAt) : null,
    updatedAt: 'updatedAt' in user ? isoTime(user.updatedAt) : null,
    app: 'app' in user ? user.app : {},
    synced,
    ...(actor && { actor }),
  };
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
