import { readFlag, readInteger, readMoment, readObject, readText } from '../http/form.ts';
import { isObject } from '../json.ts';
import type { JsonObject } from '../json.ts';
import type { UserAttributes, UserMetadata } from './user.ts';

/** Parameters of create and update that set an attribute directly. */
export const ATTRIBUTE_PARAMETERS = [
  'external_id',
  'username',
  'first_name',
  'last_name',
  'locale',
  'legal_accepted_at',
  'delete_self_enabled',
  'create_organization_enabled',
  'create_organizations_limit',
  'bypass_client_trust',
  'created_at',
];

/** Accepted without effect: passwords and second factors are not imitated, and nothing is checked that one could skip. */
export const IGNORED_PARAMETERS = [
  'password',
  'password_digest',
  'password_hasher',
  'skip_password_checks',
  'skip_password_requirement',
  'skip_legal_checks',
  'skip_user_requirement',
  'sign_out_of_other_sessions',
  'totp_secret',
  'backup_codes',
  'notify_primary_email_address_changed',
];

export const METADATA_PARAMETERS = ['public_metadata', 'private_metadata', 'unsafe_metadata'];

/** What a new user has where the request says nothing. */
export const DEFAULT_ATTRIBUTES: UserAttributes = {
  externalId: null,
  username: null,
  firstName: null,
  lastName: null,
  locale: null,
  legalAcceptedAt: null,
  deleteSelfEnabled: true,
  createOrganizationEnabled: true,
  createOrganizationsLimit: null,
  bypassClientTrust: false,
};

/**
 * @param before What stays where the body says nothing; null in the body clears.
 * @throws HttpProblem 422 for a parameter of the wrong type.
 */
export function readAttributes(body: JsonObject, before: UserAttributes): UserAttributes {
  return {
    externalId: cleared(readText(body, 'external_id'), before.externalId),
    username: cleared(readText(body, 'username'), before.username),
    firstName: orElse(readText(body, 'first_name'), before.firstName),
    lastName: orElse(readText(body, 'last_name'), before.lastName),
    locale: cleared(readText(body, 'locale'), before.locale),
    legalAcceptedAt: readMoment(body, 'legal_accepted_at') ?? before.legalAcceptedAt,
    deleteSelfEnabled: readFlag(body, 'delete_self_enabled') ?? before.deleteSelfEnabled,
    createOrganizationEnabled: readFlag(body, 'create_organization_enabled') ?? before.createOrganizationEnabled,
    createOrganizationsLimit: orElse(readInteger(body, 'create_organizations_limit'), before.createOrganizationsLimit),
    bypassClientTrust: readFlag(body, 'bypass_client_trust') ?? before.bypassClientTrust,
  };
}

/** Each metadata field of the body takes the place of the one before; a field that is absent or null leaves it. */
export function replaceMetadata(body: JsonObject, before: UserMetadata): UserMetadata {
  return {
    publicMetadata: readObject(body, 'public_metadata') ?? before.publicMetadata,
    privateMetadata: readObject(body, 'private_metadata') ?? before.privateMetadata,
    unsafeMetadata: readObject(body, 'unsafe_metadata') ?? before.unsafeMetadata,
  };
}

/** Deep merge: objects at any level are merged, null removes a key, everything else replaces. */
export function mergeMetadata(body: JsonObject, before: UserMetadata): UserMetadata {
  const patch = replaceMetadata(body, { publicMetadata: {}, privateMetadata: {}, unsafeMetadata: {} });
  return {
    publicMetadata: mergeObjects(before.publicMetadata, patch.publicMetadata),
    privateMetadata: mergeObjects(before.privateMetadata, patch.privateMetadata),
    unsafeMetadata: mergeObjects(before.unsafeMetadata, patch.unsafeMetadata),
  };
}

function mergeObjects(before: JsonObject, patch: JsonObject): JsonObject {
  const kept = Object.entries(before).filter(([key]) => !Object.hasOwn(patch, key));
  const set = Object.entries(patch).filter(([, value]) => value !== null);
  return Object.fromEntries([...kept, ...set.map(([key, value]) => [key, mergeValues(before[key], value)] as const)]);
}

function mergeValues(before: unknown, value: unknown): unknown {
  return isObject(value) ? mergeObjects(isObject(before) ? before : {}, value) : value;
}

function orElse<T>(given: T | undefined, before: T): T {
  return given === undefined ? before : given;
}

/** The empty text clears as null does. */
function cleared(given: string | null | undefined, before: string | null): string | null {
  return given === '' ? null : orElse(given, before);
}
