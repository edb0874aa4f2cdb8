import { invalidParameter } from '../http/clerk-problem.ts';
import { readFlag, readMoment, readText, readTexts, refuseUnknown } from '../http/form.ts';
import type { JsonObject } from '../json.ts';
import type { SeededRandom } from '../random.ts';
import {
  ATTRIBUTE_PARAMETERS,
  DEFAULT_ATTRIBUTES,
  IGNORED_PARAMETERS,
  METADATA_PARAMETERS,
  readAttributes,
  replaceMetadata,
} from './attributes.ts';
import { isEmailStatus, newEmail } from './emails.ts';
import type { EmailStatus, StoredEmail, StoredUser } from './user.ts';

/** Clerk's default: a lock lapses after an hour. */
export const LOCK_MS = 60 * 60 * 1000;

const CREATE_PARAMETERS = new Set([
  ...ATTRIBUTE_PARAMETERS,
  ...IGNORED_PARAMETERS,
  ...METADATA_PARAMETERS,
  'email_address',
  'email_address_identification_status',
  'phone_number',
  'phone_number_identification_status',
  'banned',
  'locked',
]);

/** What the Backend API does not let anyone set, for seeding. */
const IMPORT_PARAMETERS = new Set([
  ...CREATE_PARAMETERS,
  'id',
  'updated_at',
  'image_url',
  'deprovisioned',
  'last_active_at',
  'last_sign_in_at',
]);

export interface NewUserContext {
  readonly ids: SeededRandom;
  readonly now: number;
}

/**
 * A user from the body of `POST /v1/users`.
 * @throws HttpProblem 422 for a parameter that is unknown or malformed.
 */
export function newUser(body: JsonObject, context: NewUserContext): StoredUser {
  refuseUnknown(body, CREATE_PARAMETERS);
  return build(body, context, context.ids.id('user_'));
}

/** The same, with what else an import may set. */
export function importedUser(body: JsonObject, context: NewUserContext): StoredUser {
  refuseUnknown(body, IMPORT_PARAMETERS);
  const user = build(body, context, readText(body, 'id') ?? context.ids.id('user_'));
  const imageUrl = readText(body, 'image_url') ?? user.imageUrl;
  return {
    ...user,
    imageUrl,
    hasImage: imageUrl !== user.imageUrl,
    deprovisioned: readFlag(body, 'deprovisioned') ?? false,
    lastActiveAt: readMoment(body, 'last_active_at') ?? null,
    lastSignInAt: readMoment(body, 'last_sign_in_at') ?? null,
    updatedAt: readMoment(body, 'updated_at') ?? user.updatedAt,
  };
}

function build(body: JsonObject, context: NewUserContext, id: string): StoredUser {
  const { ids, now } = context;
  const emails = newEmails(body, context);
  const phones = readTexts(body, 'phone_number').map((number) => ({ id: ids.id('idn_'), number, createdAt: now }));
  const empty = { publicMetadata: {}, privateMetadata: {}, unsafeMetadata: {} };
  return {
    id,
    ...readAttributes(body, DEFAULT_ATTRIBUTES),
    ...replaceMetadata(body, empty),
    emails,
    primaryEmailId: emails[0]?.id ?? null,
    phones,
    primaryPhoneId: phones[0]?.id ?? null,
    imageUrl: `https://img.clerk.com/default/${id}`,
    hasImage: false,
    passwordEnabled: body['password'] !== undefined || body['password_digest'] !== undefined,
    banned: readFlag(body, 'banned') ?? false,
    deprovisioned: false,
    lockedUntil: readFlag(body, 'locked') === true ? now + LOCK_MS : null,
    lastActiveAt: null,
    lastSignInAt: null,
    createdAt: readMoment(body, 'created_at') ?? now,
    updatedAt: now,
  };
}

function newEmails(body: JsonObject, { ids, now }: NewUserContext): StoredEmail[] {
  const addresses = readTexts(body, 'email_address');
  const statuses = readStatuses(body, addresses.length);
  return addresses.map((address, index) => newEmail(ids.id('idn_'), address, statuses[index] ?? 'verified', now));
}

/** Parallel to `email_address`: one for each address, or none at all. */
function readStatuses(body: JsonObject, count: number): readonly EmailStatus[] {
  const name = 'email_address_identification_status';
  const statuses = readTexts(body, name).filter(isEmailStatus);
  if (statuses.length !== readTexts(body, name).length) throw invalidParameter(name, 'verified or reserved, each');
  if (statuses.length > 0 && statuses.length !== count) throw invalidParameter(name, 'as long as email_address');
  return statuses;
}
