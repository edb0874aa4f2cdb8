import { assert, constantFrom, jsonValue, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseClerkUser } from '../../../shared/adapters/clerk/clerk-user.ts';
import { emailJson, userJson } from './support/user-json.ts';

function read(overrides: Readonly<Record<string, unknown>> = {}) {
  const parsed = parseClerkUser(userJson(overrides));
  if (!parsed.ok) throw new Error(`refused: ${parsed.reason}`);
  return parsed.user;
}

describe("a user in Clerk's JSON", () => {
  it('is read whole, and fields nobody knows do not matter', () => {
    expect(read()).toEqual({
      id: 'user_ada1',
      profile: {
        email: 'Ada@Example.com',
        firstName: 'Ada',
        lastName: 'Example',
        imageUrl: 'https://img.example.com/ada.png',
      },
      record: {
        verifiedEmail: 'ada@example.com',
        username: 'ada',
        externalId: 'ext-1',
        banned: false,
        deprovisioned: false,
        publicMetadata: { plan: 'pro', tags: ['a', 1, null, { deep: true }] },
        clerkCreatedAt: 1_700_000_000_123,
      },
      locked: false,
      asOf: 1_763_100_000_456,
    });
  });

  it('needs nothing but an id and its two times', () => {
    expect(parseClerkUser({ id: 'user_a', created_at: 5, updated_at: 6 })).toEqual({
      ok: true,
      user: {
        id: 'user_a',
        profile: { email: null, firstName: null, lastName: null, imageUrl: null },
        record: {
          verifiedEmail: null,
          username: null,
          externalId: null,
          banned: false,
          deprovisioned: false,
          publicMetadata: {},
          clerkCreatedAt: 5,
        },
        locked: false,
        asOf: 6,
      },
    });
  });

  it.each([
    ['no verification', null, null],
    ['an unfinished verification', { status: 'unverified' }, null],
    ['a failed verification', { status: 'failed' }, null],
    ['a finished verification', { status: 'verified' }, 'new@example.com'],
    ['a verification of another shape', 'verified', null],
  ])('has a verified address with %s: only if Clerk says so', (_name, verification, verifiedEmail) => {
    const address = emailJson({ id: 'idn_9', email_address: ' New@Example.COM', verification });
    const user = read({ primary_email_address_id: 'idn_9', email_addresses: [address] });
    expect(user.profile.email).toBe(' New@Example.COM');
    expect(user.record.verifiedEmail).toBe(verifiedEmail);
  });

  it('picks the primary one of ten addresses, and reserves no other', () => {
    const addresses = Array.from({ length: 10 }, (_, n) =>
      emailJson({ id: `idn_${n}`, email_address: `a${n}@example.com`, ...(n === 7 && { verification: null }) }),
    );
    const primary = (n: number) => read({ primary_email_address_id: `idn_${n}`, email_addresses: addresses });
    expect(primary(9)).toMatchObject({
      profile: { email: 'a9@example.com' },
      record: { verifiedEmail: 'a9@example.com' },
    });
    expect(primary(7)).toMatchObject({ profile: { email: 'a7@example.com' }, record: { verifiedEmail: null } });
  });

  it.each([
    ['the primary id is null', { primary_email_address_id: null }],
    ['there are no addresses', { primary_email_address_id: null, email_addresses: [] }],
    ['the primary id names none of them', { primary_email_address_id: 'idn_gone' }],
    ['addresses and id are missing', { primary_email_address_id: undefined, email_addresses: undefined }],
  ])('has no email when %s', (_name, overrides) => {
    const user = read(overrides);
    expect(user.profile.email).toBeNull();
    expect(user.record.verifiedEmail).toBeNull();
  });

  it('has no name or image where they are empty, since a token could not tell the difference', () => {
    expect(read({ first_name: '', last_name: '', image_url: '' }).profile).toMatchObject({
      firstName: null,
      lastName: null,
      imageUrl: null,
    });
  });

  it('carries what bars a user', () => {
    const user = read({ banned: true, deprovisioned: true, locked: true });
    expect(user).toMatchObject({ locked: true, record: { banned: true, deprovisioned: true } });
  });

  it('may have been created on any day, also where the number looks like seconds', () => {
    expect(read({ created_at: 1_763_100_000 }).record.clerkCreatedAt).toBe(1_763_100_000);
    expect(read({ created_at: 0 }).record.clerkCreatedAt).toBe(0);
  });

  it('has both its times in seconds if its last change is in seconds', () => {
    const user = read({ created_at: 1_700_000_000, updated_at: 1_763_100_000 });
    expect(user).toMatchObject({ asOf: 1_763_100_000_000, record: { clerkCreatedAt: 1_700_000_000_000 } });
  });

  it.each([
    ['no-user', null],
    ['no-user', undefined],
    ['no-user', 'user_ada1'],
    ['no-user', [userJson()]],
    ['bad-id', userJson({ id: undefined })],
    ['bad-id', userJson({ id: 7 })],
    ['bad-id', userJson({ id: 'user_' })],
    ['bad-id', userJson({ id: 'org_1' })],
    ['bad-id', userJson({ id: 'user_a#b' })],
    ['bad-id', userJson({ id: 'user_a/../b' })],
    ['bad-id', userJson({ id: 'user_a\n' })],
    ['bad-id', userJson({ id: `user_${'a'.repeat(65)}` })],
    ['bad-first_name', userJson({ first_name: 5 })],
    ['bad-last_name', userJson({ last_name: {} })],
    ['bad-image_url', userJson({ image_url: false })],
    ['bad-username', userJson({ username: ['a'] })],
    ['bad-external_id', userJson({ external_id: 1 })],
    ['bad-banned', userJson({ banned: 'no' })],
    ['bad-deprovisioned', userJson({ deprovisioned: 0 })],
    ['bad-locked', userJson({ locked: {} })],
    ['bad-email', userJson({ primary_email_address_id: 5 })],
    ['bad-email', userJson({ email_addresses: undefined })],
    ['bad-email', userJson({ email_addresses: { 0: emailJson({ id: 'idn_2' }) } })],
    ['bad-email', userJson({ email_addresses: [emailJson({ id: 'idn_2', email_address: 5 })] })],
    ['bad-public_metadata', userJson({ public_metadata: [] })],
    ['bad-public_metadata', userJson({ public_metadata: 'pro' })],
    ['bad-public_metadata', userJson({ public_metadata: JSON.parse('{"a":'.repeat(9_000) + '1' + '}'.repeat(9_000)) })],
    ['bad-updated_at', userJson({ updated_at: undefined })],
    ['bad-updated_at', userJson({ updated_at: '1763100000456' })],
    ['bad-updated_at', userJson({ updated_at: -1 })],
    ['bad-created_at', userJson({ created_at: null })],
    ['bad-created_at', userJson({ created_at: 1e300 })],
  ])('is refused as %s', (reason, json) => {
    expect(parseClerkUser(json)).toEqual({ ok: false, reason });
  });

  it('is read or refused by name whatever any of its fields holds', () => {
    const fields = constantFrom(...Object.keys(userJson()));
    assert(
      property(fields, jsonValue(), (field, value) => {
        const parsed = parseClerkUser(userJson({ [field]: value }));
        expect(parsed.ok || /^(no-user|bad-[a-z_]+)$/.test(parsed.reason)).toBe(true);
      }),
    );
  });
});
