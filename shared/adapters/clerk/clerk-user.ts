import type { DirectoryUser } from '../../ports/user-directory.ts';
import type { Members } from './json.ts';
import { isJsonObject, isObject } from './json.ts';
import { exactMilliseconds, isInSeconds, toMilliseconds } from './milliseconds.ts';
import { primaryEmailOf } from './primary-email.ts';
import { isUserId } from './user-id.ts';

const TEXTS = ['first_name', 'last_name', 'image_url', 'username', 'external_id'] as const;
const FLAGS = ['banned', 'deprovisioned', 'locked'] as const;

/** Why a user cannot be read: a stable word that names the field and never its value. */
type UserRefusal =
  | 'no-user'
  | 'bad-id'
  | 'bad-email'
  | 'bad-public_metadata'
  | 'bad-created_at'
  | 'bad-updated_at'
  | `bad-${(typeof TEXTS)[number]}`
  | `bad-${(typeof FLAGS)[number]}`;

export type ParsedUser =
  | { readonly ok: true; readonly user: DirectoryUser }
  | { readonly ok: false; readonly reason: UserRefusal };

/**
 * Reads a user as Clerk's API and webhooks give one (`User` in Clerk's OpenAPI documents, of which only the mirrored fields
 * are looked at: new ones never matter). Missing texts are null, missing flags false, missing metadata empty.
 *
 * An empty name or image counts as none: a session token's claim cannot tell the two apart, and a difference that a token can
 * never settle would be asked about again and again.
 *
 * @param json parsed JSON of any shape
 * @returns the user, or why it cannot be read; never throws
 */
export function parseClerkUser(json: unknown): ParsedUser {
  if (!isObject(json)) return refuse('no-user');
  const id = json['id'];
  if (!isUserId(id)) return refuse('bad-id');
  const wrongText = TEXTS.find((field) => !isOptional(json[field], 'string'));
  if (wrongText) return refuse(`bad-${wrongText}`);
  const wrongFlag = FLAGS.find((field) => !isOptional(json[field], 'boolean'));
  if (wrongFlag) return refuse(`bad-${wrongFlag}`);
  return parseRest(id, json);
}

function parseRest(id: string, json: Members): ParsedUser {
  const primary = primaryEmailOf(json);
  if (!primary) return refuse('bad-email');
  const publicMetadata = json['public_metadata'] ?? {};
  if (!isJsonObject(publicMetadata)) return refuse('bad-public_metadata');
  const asOf = timeOf(json['updated_at']);
  if (asOf === undefined) return refuse('bad-updated_at');
  const clerkCreatedAt = creationTimeOf(json);
  if (clerkCreatedAt === undefined) return refuse('bad-created_at');
  const { email, verifiedEmail } = primary;
  const profile = { email, ...namesOf(json) };
  const record = { verifiedEmail, ...attributesOf(json), publicMetadata, clerkCreatedAt };
  return { ok: true, user: { id, profile, record, locked: json['locked'] === true, asOf } };
}

function namesOf(json: Members): Pick<DirectoryUser['profile'], 'firstName' | 'lastName' | 'imageUrl'> {
  return {
    firstName: textOf(json['first_name']) || null,
    lastName: textOf(json['last_name']) || null,
    imageUrl: textOf(json['image_url']) || null,
  };
}

function attributesOf(
  json: Members,
): Pick<DirectoryUser['record'], 'username' | 'externalId' | 'banned' | 'deprovisioned'> {
  return {
    username: textOf(json['username']),
    externalId: textOf(json['external_id']),
    banned: json['banned'] === true,
    deprovisioned: json['deprovisioned'] === true,
  };
}

function timeOf(value: unknown): number | undefined {
  return typeof value === 'number' ? toMilliseconds(value) : undefined;
}

/**
 * `created_at` is in the unit of `updated_at`, which is always recent. Its own magnitude says nothing: an import may set it
 * to any day, also to one in 1970.
 */
function creationTimeOf(json: Members): number | undefined {
  const { created_at: createdAt, updated_at: updatedAt } = json;
  const inSeconds = typeof updatedAt === 'number' && isInSeconds(updatedAt);
  return exactMilliseconds(inSeconds && typeof createdAt === 'number' ? createdAt * 1_000 : createdAt);
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function isOptional(value: unknown, type: 'string' | 'boolean'): boolean {
  return value === undefined || value === null || typeof value === type;
}

function refuse(reason: UserRefusal): ParsedUser {
  return { ok: false, reason };
}
