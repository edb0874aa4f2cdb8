/** A user as Clerk's API gives one, with fields that are not mirrored among them. */
export function userJson(overrides: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    object: 'user',
    id: 'user_ada1',
    username: 'ada',
    first_name: 'Ada',
    last_name: 'Example',
    image_url: 'https://img.example.com/ada.png',
    has_image: true,
    primary_email_address_id: 'idn_2',
    email_addresses: [
      emailJson({ id: 'idn_1', email_address: 'old@example.com' }),
      emailJson({ id: 'idn_2', email_address: 'Ada@Example.com' }),
    ],
    public_metadata: { plan: 'pro', tags: ['a', 1, null, { deep: true }] },
    external_id: 'ext-1',
    banned: false,
    deprovisioned: false,
    locked: false,
    last_active_at: 1_763_078_400_000,
    created_at: 1_700_000_000_123,
    updated_at: 1_763_100_000_456,
    something_new: { nobody: 'knows' },
    ...overrides,
  };
}

export function emailJson(overrides: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    id: 'idn_1',
    object: 'email_address',
    email_address: 'someone@example.com',
    reserved: false,
    verification: { object: 'verification_otp', status: 'verified', strategy: 'email_code' },
    linked_to: [],
    ...overrides,
  };
}
