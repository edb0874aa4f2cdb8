/** ms; every example is of this day. */
export const AT = 1_790_000_000_000;
const LATER = AT + 90_000;

export const USER_ID = 'user_exampleNadia01';

/** A user as the examples of the document show one: it names a primary address that its empty list does not have. */
function user(over: object = {}): object {
  return {
    object: 'user',
    id: USER_ID,
    external_id: null,
    primary_email_address_id: 'idn_exampleNadia01',
    primary_phone_number_id: null,
    primary_web3_wallet_id: null,
    username: null,
    first_name: 'Nadia',
    last_name: 'Okafor',
    profile_image_url: 'https://img.example.com/nadia',
    image_url: 'https://img.example.com/nadia',
    has_image: true,
    public_metadata: {},
    private_metadata: {},
    unsafe_metadata: {},
    email_addresses: [],
    phone_numbers: [],
    web3_wallets: [],
    passkeys: [],
    password_enabled: true,
    two_factor_enabled: false,
    totp_enabled: false,
    backup_code_enabled: false,
    mfa_enabled_at: null,
    mfa_disabled_at: null,
    external_accounts: [],
    saml_accounts: [],
    enterprise_accounts: [],
    last_sign_in_at: AT,
    banned: false,
    locked: false,
    lockout_expires_in_seconds: null,
    verification_attempts_remaining: null,
    updated_at: AT,
    created_at: AT,
    delete_self_enabled: true,
    create_organization_enabled: true,
    create_organizations_limit: null,
    last_active_at: AT,
    legal_accepted_at: AT,
    ...over,
  };
}

function session(status: string, over: object = {}): object {
  return {
    object: 'session',
    id: 'sess_example01',
    user_id: USER_ID,
    user: user(),
    client_id: 'client_example01',
    actor: null,
    status,
    last_active_organization_id: null,
    last_active_at: AT,
    latest_activity: null,
    expire_at: LATER,
    abandon_at: LATER,
    updated_at: AT,
    created_at: AT,
    ...over,
  };
}

const activity = {
  object: 'session_activity',
  id: 'activity_example01',
  device_type: 'tablet',
  is_mobile: true,
  browser_name: 'Firefox',
  browser_version: '151.0',
  ip_address: '192.0.2.44',
  city: 'Porto',
  country: 'PT',
};

function waitlistEntry(over: object): object {
  return {
    object: 'waitlistEntry',
    id: 'wle_example01',
    email_address: 'nadia@example.com',
    status: 'pending',
    is_locked: false,
    created_at: AT,
    updated_at: AT,
    invitation: null,
    ...over,
  };
}

const invitation = {
  object: 'invitation',
  id: 'inv_example01',
  email_address: 'nadia@example.com',
  status: 'pending',
  created_at: LATER,
  updated_at: LATER,
};

export const USER_EXAMPLES: Readonly<Record<string, object>> = {
  'user.created': user({ private_metadata: null }),
  'user.updated': user({
    username: 'nadia',
    last_name: 'Okafor-Lind',
    public_metadata: { team: 'maps' },
    private_metadata: null,
    two_factor_enabled: true,
    totp_enabled: true,
    mfa_enabled_at: AT,
    updated_at: LATER,
  }),
  'user.deleted': { object: 'user', id: USER_ID, deleted: true, external_id: 'ours-0001' },
  'session.created': session('active', {
    last_active_organization_id: 'org_example01',
    latest_activity: activity,
  }),
  'session.pending': session('pending'),
  'session.ended': session('ended'),
  'session.removed': session('removed'),
  'session.revoked': session('revoked'),
  'waitlistEntry.created': waitlistEntry({}),
  'waitlistEntry.updated': waitlistEntry({ status: 'invited', updated_at: LATER, invitation }),
};
