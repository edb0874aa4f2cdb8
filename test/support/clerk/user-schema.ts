/** Properties of the schema `User` in Clerk's Backend API specification of 2026-05-12 that are required. */
export const REQUIRED_USER_PROPERTIES = [
  'id object username first_name last_name has_image primary_email_address_id primary_phone_number_id',
  'primary_web3_wallet_id password_enabled two_factor_enabled totp_enabled backup_code_enabled email_addresses',
  'phone_numbers web3_wallets passkeys external_accounts saml_accounts enterprise_accounts public_metadata external_id',
  'last_sign_in_at banned locked lockout_expires_in_seconds verification_attempts_remaining created_at updated_at',
  'delete_self_enabled create_organization_enabled last_active_at mfa_enabled_at mfa_disabled_at legal_accepted_at',
].flatMap((line) => line.split(' '));

/** The others; no further property is allowed. */
export const OPTIONAL_USER_PROPERTIES = [
  'locale profile_image_url image_url private_metadata unsafe_metadata password_last_updated_at deprovisioned',
  'organization_memberships create_organizations_limit bypass_client_trust scim',
].flatMap((line) => line.split(' '));

/** Required properties of the schema `EmailAddress`. */
export const REQUIRED_EMAIL_PROPERTIES = [
  'object',
  'email_address',
  'verification',
  'linked_to',
  'reserved',
  'created_at',
  'updated_at',
];
