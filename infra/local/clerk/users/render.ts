import type { JsonObject } from '../json.ts';
import type { StoredEmail, StoredPhone, StoredUser } from './user.ts';

/** Schema `User` of the Backend API (2026-05-12), complete. `now` decides whether a lock still holds. */
export function renderUser(user: StoredUser, now: number): JsonObject {
  return {
    id: user.id,
    object: 'user',
    ...renderIdentity(user),
    public_metadata: user.publicMetadata,
    private_metadata: user.privateMetadata,
    unsafe_metadata: user.unsafeMetadata,
    ...renderCredentials(user),
    ...renderRestrictions(user, now),
    ...renderSettings(user),
    last_sign_in_at: user.lastSignInAt,
    last_active_at: user.lastActiveAt,
    legal_accepted_at: user.legalAcceptedAt,
    created_at: user.createdAt,
    updated_at: user.updatedAt,
  };
}

/** Webhooks carry the same user without her private metadata (example of the webhook specification, 2025-04-15). */
export function renderWebhookUser(user: StoredUser, now: number): JsonObject {
  return { ...renderUser(user, now), private_metadata: null };
}

/** Schema `DeletedObject`; an external id is there only if the user had one. */
export function renderDeletedUser(user: StoredUser): JsonObject {
  const externalId = user.externalId === null ? {} : { external_id: user.externalId };
  return { object: 'user', id: user.id, deleted: true, ...externalId };
}

/** Schema `EmailAddress`. */
export function renderEmail(email: StoredEmail): JsonObject {
  return {
    id: email.id,
    object: 'email_address',
    email_address: email.address,
    reserved: email.status === 'reserved',
    verification: renderVerification(email),
    linked_to: [],
    matches_sso_connection: false,
    created_at: email.createdAt,
    updated_at: email.updatedAt,
  };
}

function renderVerification(email: StoredEmail): JsonObject | null {
  if (email.status === 'reserved') return null;
  const common = { attempts: null, expire_at: null, verified_at_client: null };
  return email.status === 'verified'
    ? { object: 'verification_admin', status: 'verified', strategy: 'admin', ...common }
    : { object: 'verification_otp', status: 'unverified', strategy: 'email_code', ...common, attempts: 0 };
}

function renderPhone(phone: StoredPhone): JsonObject {
  return {
    id: phone.id,
    object: 'phone_number',
    phone_number: phone.number,
    reserved_for_second_factor: false,
    default_second_factor: false,
    reserved: false,
    verification: {
      object: 'verification_admin',
      status: 'verified',
      strategy: 'admin',
      attempts: null,
      expire_at: null,
      verified_at_client: null,
    },
    linked_to: [],
    backup_codes: null,
    created_at: phone.createdAt,
    updated_at: phone.createdAt,
  };
}

function renderIdentity(user: StoredUser): JsonObject {
  return {
    external_id: user.externalId,
    username: user.username,
    first_name: user.firstName,
    last_name: user.lastName,
    locale: user.locale,
    profile_image_url: user.imageUrl,
    image_url: user.imageUrl,
    has_image: user.hasImage,
    primary_email_address_id: user.primaryEmailId,
    primary_phone_number_id: user.primaryPhoneId,
    primary_web3_wallet_id: null,
    email_addresses: user.emails.map(renderEmail),
    phone_numbers: user.phones.map(renderPhone),
    web3_wallets: [],
    passkeys: [],
    external_accounts: [],
    saml_accounts: [],
    enterprise_accounts: [],
  };
}

function renderCredentials(user: StoredUser): JsonObject {
  return {
    password_enabled: user.passwordEnabled,
    password_last_updated_at: null,
    two_factor_enabled: false,
    totp_enabled: false,
    backup_code_enabled: false,
    mfa_enabled_at: null,
    mfa_disabled_at: null,
  };
}

function renderRestrictions(user: StoredUser, now: number): JsonObject {
  const remainingMs = Math.max(0, (user.lockedUntil ?? 0) - now);
  return {
    banned: user.banned,
    locked: remainingMs > 0,
    deprovisioned: user.deprovisioned,
    lockout_expires_in_seconds: remainingMs > 0 ? Math.ceil(remainingMs / 1000) : null,
    verification_attempts_remaining: remainingMs > 0 ? 0 : 100,
  };
}

function renderSettings(user: StoredUser): JsonObject {
  return {
    delete_self_enabled: user.deleteSelfEnabled,
    create_organization_enabled: user.createOrganizationEnabled,
    create_organizations_limit: user.createOrganizationsLimit,
    bypass_client_trust: user.bypassClientTrust,
    scim: null,
  };
}
