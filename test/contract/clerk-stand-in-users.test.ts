import { isClerkAPIResponseError } from '@clerk/backend/errors';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLocalClock } from '../../infra/local/clock.ts';
import { startStandIn } from '../support/clerk/stand-in.ts';
import type { StandInUnderTest } from '../support/clerk/stand-in.ts';
import {
  OPTIONAL_USER_PROPERTIES,
  REQUIRED_EMAIL_PROPERTIES,
  REQUIRED_USER_PROPERTIES,
} from '../support/clerk/user-schema.ts';

let standIn: StandInUnderTest;
let serial = 0;

beforeAll(async () => {
  standIn = await startStandIn();
});

afterAll(() => standIn[Symbol.asyncDispose]());

/** An address nobody has. */
function address(): string {
  serial += 1;
  return `person-${serial}@example.com`;
}

async function errorOf(call: Promise<unknown>): Promise<{ status: number; code: string; parameter: unknown }> {
  try {
    await call;
  } catch (error) {
    if (!isClerkAPIResponseError(error)) throw error;
    const [first] = error.errors as { code: string; meta?: { paramName?: string } }[];
    return { status: error.status, code: first?.code ?? '', parameter: first?.meta?.paramName };
  }
  throw new Error('The call was expected to fail.');
}

describe("Clerk's own client against the stand-in", () => {
  it('creates a user and reads back what it wrote', async () => {
    const email = address();
    const before = Date.now();
    const created = await standIn.client.users.createUser({
      emailAddress: [email],
      username: 'tester-one',
      firstName: 'Terry',
      lastName: 'Tester',
      externalId: 'app-1',
      publicMetadata: { plan: 'basic' },
      privateMetadata: { note: 'kept private' },
      unsafeMetadata: { theme: 'dark' },
      password: 'not-a-real-password',
      skipPasswordChecks: true,
    });
    const user = await standIn.client.users.getUser(created.id);
    expect(user).toEqual(created);
    expect(user.id).toMatch(/^user_[0-9A-Za-z]{27}$/);
    expect(user).toMatchObject({
      username: 'tester-one',
      firstName: 'Terry',
      lastName: 'Tester',
      externalId: 'app-1',
      publicMetadata: { plan: 'basic' },
      privateMetadata: { note: 'kept private' },
      unsafeMetadata: { theme: 'dark' },
      passwordEnabled: true,
      banned: false,
      locked: false,
    });
    expect(user.primaryEmailAddress).toMatchObject({ emailAddress: email, verification: { status: 'verified' } });
    expect(user.createdAt).toBeGreaterThanOrEqual(before);
    expect(user.updatedAt).toBe(user.createdAt);
  });

  it('answers users that have every required property of the specification and none it does not know', async () => {
    const { id } = await standIn.client.users.createUser({ emailAddress: [address()] });
    const user = (await standIn.api('GET', `/users/${id}`)).body as { email_addresses: object[] };
    const names = Object.keys(user);
    expect(names).toEqual(expect.arrayContaining(REQUIRED_USER_PROPERTIES));
    expect([...REQUIRED_USER_PROPERTIES, ...OPTIONAL_USER_PROPERTIES]).toEqual(expect.arrayContaining(names));
    expect(Object.keys(user.email_addresses[0] ?? {})).toEqual(expect.arrayContaining(REQUIRED_EMAIL_PROPERTIES));
  });

  it('creates a user without any identifier, and one with a phone number only', async () => {
    const bare = await standIn.client.users.createUser({ skipPasswordRequirement: true });
    expect(bare.primaryEmailAddress).toBeNull();
    expect(bare.firstName).toBeNull();
    const phone = await standIn.client.users.createUser({ phoneNumber: ['+15550100001'] });
    expect(phone.primaryPhoneNumber?.phoneNumber).toBe('+15550100001');
    expect(phone.primaryEmailAddressId).toBeNull();
  });

  it('dates a user back when asked to', async () => {
    const createdAt = new Date('2019-03-04T05:06:07.890Z');
    const user = await standIn.client.users.createUser({ emailAddress: [address()], createdAt });
    expect(user.createdAt).toBe(createdAt.getTime());
    expect(user.updatedAt).toBeGreaterThan(user.createdAt);
  });

  it('updates what is named, clears what is null and leaves the rest', async () => {
    const { id } = await standIn.client.users.createUser({
      emailAddress: [address()],
      firstName: 'Old',
      lastName: 'Name',
      username: 'cleared-later',
    });
    const updated = await standIn.client.users.updateUser(id, { firstName: 'New', username: '' });
    expect(updated).toMatchObject({ firstName: 'New', lastName: 'Name', username: null });
    const { body } = await standIn.api('PATCH', `/users/${id}`, { last_name: null });
    expect(body).toMatchObject({ first_name: 'New', last_name: null });
  });

  it('raises updated_at with every change, even within a millisecond, and only with a change', async () => {
    await using frozen = await startStandIn({ clock: createLocalClock(0, () => 1_700_000_000_000) });
    const { id, updatedAt } = await frozen.client.users.createUser({ firstName: 'A' });
    const times = [updatedAt];
    for (const firstName of ['B', 'C', 'C', 'D']) {
      times.push((await frozen.client.users.updateUser(id, { firstName })).updatedAt);
    }
    expect(times.map((time) => time - updatedAt)).toEqual([0, 1, 2, 2, 3]);
  });

  it('merges metadata deeply and removes keys that are null', async () => {
    const { id } = await standIn.client.users.createUser({
      publicMetadata: { keep: 1, nested: { a: 1, b: 2 }, list: [1, 2], gone: true },
    });
    const user = await standIn.client.users.updateUserMetadata(id, {
      publicMetadata: { nested: { b: null, c: 3 }, list: [9], gone: null },
      privateMetadata: { secretNote: 'x' },
    });
    expect(user.publicMetadata).toEqual({ keep: 1, nested: { a: 1, c: 3 }, list: [9] });
    expect(user.privateMetadata).toEqual({ secretNote: 'x' });
  });

  it('replaces metadata as a whole where the client asks for that', async () => {
    const { id } = await standIn.client.users.createUser({ publicMetadata: { a: 1 }, unsafeMetadata: { b: 2 } });
    const user = await standIn.client.users.replaceUserMetadata(id, { publicMetadata: { c: 3 } });
    expect(user.publicMetadata).toEqual({ c: 3 });
    expect(user.unsafeMetadata).toEqual({ b: 2 });
  });

  it('takes metadata in an update from callers of older API versions only', async () => {
    const { id } = await standIn.client.users.createUser({ firstName: 'A' });
    const metadata = { public_metadata: { a: 1 } };
    const newer = await standIn.api('PATCH', `/users/${id}`, metadata, { 'clerk-api-version': '2026-05-12' });
    expect(newer.status).toBe(422);
    const older = await standIn.api('PATCH', `/users/${id}`, metadata, { 'clerk-api-version': '2025-11-10' });
    expect(older.body).toMatchObject(metadata);
  });

  it('deletes a user, who is then not found', async () => {
    const { id } = await standIn.client.users.createUser({ emailAddress: [address()] });
    expect(await standIn.client.users.deleteUser(id)).toMatchObject({ id, object: 'user', deleted: true });
    expect(await errorOf(standIn.client.users.getUser(id))).toMatchObject({ status: 404, code: 'resource_not_found' });
    expect(await errorOf(standIn.client.users.deleteUser(id))).toMatchObject({ code: 'resource_not_found' });
    expect(await errorOf(standIn.client.users.updateUser(id, { firstName: 'X' }))).toMatchObject({ status: 404 });
  });

  it('tells the external id of a deleted user who had one', async () => {
    const { id } = await standIn.client.users.createUser({ externalId: 'app-deleted' });
    const { body } = await standIn.api('DELETE', `/users/${id}`);
    expect(body).toEqual({ id, object: 'user', deleted: true, external_id: 'app-deleted' });
  });

  it('bans and unbans without raising updated_at, unless it is told to', async () => {
    const { id, updatedAt } = await standIn.client.users.createUser({ firstName: 'A' });
    expect(await standIn.client.users.banUser(id)).toMatchObject({ banned: true, updatedAt });
    expect(await standIn.client.users.unbanUser(id)).toMatchObject({ banned: false, updatedAt });
    await standIn.control('PUT', '/settings', { banRaisesUpdatedAt: true });
    const banned = await standIn.client.users.banUser(id);
    await standIn.control('PUT', '/settings', { banRaisesUpdatedAt: false });
    expect(banned.updatedAt).toBeGreaterThan(updatedAt);
  });

  it('locks a user for an hour', async () => {
    const { id } = await standIn.client.users.createUser({ firstName: 'A' });
    expect(await standIn.client.users.lockUser(id)).toMatchObject({ locked: true });
    const { body } = await standIn.api('GET', `/users/${id}`);
    expect((body as { lockout_expires_in_seconds: number }).lockout_expires_in_seconds).toBeGreaterThan(3590);
    expect(await standIn.client.users.unlockUser(id)).toMatchObject({ locked: false });
    await standIn.client.users.lockUser(id);
    standIn.clock.advance(60 * 60 * 1000);
    expect(await standIn.client.users.getUser(id)).toMatchObject({ locked: false });
  });

  it('lets a user change her primary email address the way an application does it', async () => {
    const [first, second] = [address(), address()];
    const { id, primaryEmailAddressId } = await standIn.client.users.createUser({ emailAddress: [first] });
    const added = await standIn.client.emailAddresses.createEmailAddress({ userId: id, emailAddress: second });
    expect(added.verification?.status).toBe('unverified');
    const refused = errorOf(standIn.client.users.updateUser(id, { primaryEmailAddressID: added.id }));
    expect(await refused).toMatchObject({ status: 422, parameter: 'primary_email_address_id' });
    await standIn.client.emailAddresses.updateEmailAddress(added.id, { verified: true });
    const changed = await standIn.client.users.updateUser(id, { primaryEmailAddressID: added.id });
    expect(changed.primaryEmailAddress?.emailAddress).toBe(second);
    const gone = await standIn.client.emailAddresses.deleteEmailAddress(primaryEmailAddressId ?? '');
    expect(gone).toMatchObject({ id: primaryEmailAddressId, deleted: true });
    const user = await standIn.client.users.getUser(id);
    expect(user.emailAddresses.map(({ emailAddress }) => emailAddress)).toEqual([second]);
    const read = await standIn.client.emailAddresses.getEmailAddress(added.id);
    expect(read).toMatchObject({ emailAddress: second, verification: { status: 'verified' } });
  });

  it('makes an added address primary at once when asked to, and moves on when the primary one goes', async () => {
    const [first, second] = [address(), address()];
    const { id } = await standIn.client.users.createUser({ emailAddress: [first] });
    const added = await standIn.client.emailAddresses.createEmailAddress({
      userId: id,
      emailAddress: second,
      verified: true,
      primary: true,
    });
    expect((await standIn.client.users.getUser(id)).primaryEmailAddressId).toBe(added.id);
    await standIn.client.emailAddresses.deleteEmailAddress(added.id);
    expect((await standIn.client.users.getUser(id)).primaryEmailAddress?.emailAddress).toBe(first);
  });

  it('replaces all addresses of a user with one', async () => {
    const { id } = await standIn.client.users.createUser({ emailAddress: [address(), address()] });
    const only = address();
    await standIn.client.users.replaceUserEmailAddress(id, { emailAddress: only });
    const user = await standIn.client.users.getUser(id);
    expect(user.emailAddresses.map(({ emailAddress }) => emailAddress)).toEqual([only]);
    expect(user.primaryEmailAddress?.emailAddress).toBe(only);
  });

  it.each([
    ['email address', (email: string) => ({ emailAddress: [email.toUpperCase()] }), 'email_address'],
    ['username', () => ({ username: 'TAKEN-name' }), 'username'],
    ['external id', () => ({ externalId: 'taken-id' }), 'external_id'],
  ])('refuses an %s that another user has', async (_what, params, parameter) => {
    const email = address();
    const holder = await standIn.client.users.createUser({
      emailAddress: [email],
      username: 'taken-name',
      externalId: 'taken-id',
    });
    const refusal = errorOf(standIn.client.users.createUser(params(email)));
    expect(await refusal).toEqual({ status: 422, code: 'form_identifier_exists', parameter });
    await standIn.client.users.deleteUser(holder.id);
    const successor = await standIn.client.users.createUser(params(email));
    await standIn.client.users.deleteUser(successor.id);
  });

  it('refuses to verify an address that somebody else has verified meanwhile', async () => {
    const contested = address();
    const { id } = await standIn.client.users.createUser({ firstName: 'A' });
    const mine = await standIn.client.emailAddresses.createEmailAddress({ userId: id, emailAddress: contested });
    await standIn.client.users.createUser({ emailAddress: [contested] });
    const refusal = errorOf(standIn.client.emailAddresses.updateEmailAddress(mine.id, { verified: true }));
    expect(await refusal).toMatchObject({ status: 422, code: 'form_identifier_exists' });
  });

  it('refuses a change that would take an address away, without changing anything', async () => {
    const taken = address();
    await standIn.client.users.createUser({ emailAddress: [taken] });
    const before = await standIn.client.users.createUser({ emailAddress: [address()] });
    const call = standIn.client.users.replaceUserEmailAddress(before.id, { emailAddress: taken });
    expect(await errorOf(call)).toMatchObject({ status: 422, code: 'form_identifier_exists' });
    expect(await standIn.client.users.getUser(before.id)).toEqual(before);
  });

  it('reserves an address without verifying it', async () => {
    const email = address();
    const { body } = await standIn.api('POST', '/users', {
      email_address: [email],
      email_address_identification_status: ['reserved'],
    });
    expect(body).toMatchObject({ email_addresses: [{ reserved: true, verification: null }] });
    const refusal = errorOf(standIn.client.users.createUser({ emailAddress: [email] }));
    expect(await refusal).toMatchObject({ code: 'form_identifier_exists' });
  });

  it('lists and counts', async () => {
    const email = address();
    const { id } = await standIn.client.users.createUser({ emailAddress: [email] });
    const list = await standIn.client.users.getUserList({ emailAddress: [email] });
    expect(list.data.map((user) => user.id)).toEqual([id]);
    expect(list.totalCount).toBe(1);
    expect(await standIn.client.users.getCount({ userId: [id] })).toBe(1);
    expect((await standIn.api('GET', `/users/count?user_id=${id}`)).body).toEqual({
      object: 'total_count',
      total_count: 1,
    });
  });

  it('shows its instance and its keys', async () => {
    const instance = await standIn.client.instance.get();
    expect(instance).toMatchObject({ id: standIn.clerk.instanceId, environmentType: 'development' });
    const { keys } = await standIn.client.jwks.getJwks();
    expect(keys).toMatchObject([{ kid: standIn.clerk.kid, kty: 'RSA', alg: 'RS256', use: 'sig' }]);
    const published = await fetch(`${standIn.clerk.url}/.well-known/jwks.json`);
    expect(await published.json()).toEqual({ keys });
  });
});

describe('what the Backend API refuses', () => {
  it('refuses requests without the secret key, and with another one', async () => {
    const without = await fetch(`${standIn.clerk.url}/v1/users`);
    expect(without.status).toBe(401);
    const wrong = await standIn.api('GET', '/users', undefined, { authorization: 'Bearer sk_test_another' });
    expect(wrong.status).toBe(401);
    expect([wrong.code, wrong.message]).toEqual(['clerk_key_invalid', expect.stringContaining('secret key')]);
  });

  it('answers exactly application/json, for errors too', async () => {
    const found = await standIn.api('GET', '/users');
    const missing = await standIn.api('GET', '/users/user_nobody');
    expect(found.headers.get('content-type')).toBe('application/json');
    expect(missing.headers.get('content-type')).toBe('application/json');
    expect(missing.code).toBe('resource_not_found');
  });

  it.each([
    ['no JSON', '{"first_name":'],
    ['no object', '["first_name"]'],
  ])('refuses a body that is %s with 400', async (_what, body) => {
    const { status, code } = await standIn.api('POST', '/users', body);
    expect([status, code]).toEqual([400, 'request_body_invalid']);
  });

  it('refuses a body that is too large, and stays usable', async () => {
    const { status } = await standIn.api('POST', '/users', { first_name: 'x'.repeat(1024 * 1024 + 1) });
    expect(status).toBe(413);
    expect((await standIn.api('GET', '/users?limit=1')).status).toBe(200);
  });

  it.each([
    [{ first_name: 7 }, 'first_name'],
    [{ email_address: 'not-a-list@example.com' }, 'email_address'],
    [{ email_address: ['no address'] }, 'email_address'],
    [{ public_metadata: [] }, 'public_metadata'],
    [{ created_at: 'yesterday' }, 'created_at'],
    [{ banned: 'yes' }, 'banned'],
    [{ favourite_colour: 'blue' }, 'favourite_colour'],
  ])('refuses %j with 422 and the name of the parameter', async (body, name) => {
    const { status, parameter } = await standIn.api('POST', '/users', body);
    expect([status, parameter]).toEqual([422, name]);
  });

  it('says of a route it does not have that it is not imitated, and not that a resource is missing', async () => {
    const { status, code, message } = await standIn.api('GET', '/organizations');
    expect([status, code]).toEqual([404, 'not_imitated']);
    expect(message).toContain('GET /v1/organizations');
  });
});
