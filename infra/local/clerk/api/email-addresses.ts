import { identifierTaken, invalidParameter, missingParameter, resourceNotFound } from '../http/clerk-problem.ts';
import { readFlag, readText } from '../http/form.ts';
import { pathParameter } from '../http/router.ts';
import type { ApiAnswer, ApiRequest, Route } from '../http/router.ts';
import { addEmail, isEmailStatus, makePrimary, newEmail, removeEmail, setEmailStatus } from '../users/emails.ts';
import { renderEmail } from '../users/render.ts';
import { normalised } from '../users/user.ts';
import type { EmailStatus, StoredEmail, StoredUser } from '../users/user.ts';
import type { World } from '../world.ts';
import { causeOf } from './cause.ts';

/** `/v1/email_addresses`, and replacing all addresses of a user with one. */
export function emailAddressRoutes(world: World): Route[] {
  const pattern = '/v1/email_addresses/:emailId';
  return [
    {
      method: 'GET',
      pattern,
      handle: (request) => {
        const emailId = pathParameter(request, 'emailId');
        return show(world.directory.requireOwnerOfEmail(emailId), emailId);
      },
    },
    { method: 'POST', pattern: '/v1/email_addresses', handle: (request) => create(world, request) },
    { method: 'PATCH', pattern, handle: (request) => update(world, request) },
    { method: 'DELETE', pattern, handle: (request) => remove(world, request) },
    { method: 'PUT', pattern: '/v1/users/:userId/email_address', handle: (request) => replaceAll(world, request) },
  ];
}

function create(world: World, request: ApiRequest): ApiAnswer {
  const userId = requireText(request, 'user_id');
  const status = readFlag(request.body, 'verified') === true ? 'verified' : 'unverified';
  const email = emailOf(world, request, status);
  const primary = readFlag(request.body, 'primary') ?? false;
  const changed = world.directory.change(userId, causeOf(request), (user) => {
    refuseTaken(world, user.emails, email, undefined);
    return addEmail(user, email, primary);
  });
  return show(changed, email.id);
}

function update(world: World, request: ApiRequest): ApiAnswer {
  const emailId = pathParameter(request, 'emailId');
  const owner = world.directory.requireOwnerOfEmail(emailId);
  const verified = readFlag(request.body, 'verified');
  const primary = readFlag(request.body, 'primary') ?? false;
  const now = Math.floor(world.clock.now());
  const changed = world.directory.change(owner.id, causeOf(request), (user) => {
    const status = verified === true ? 'verified' : 'unverified';
    const next = verified === undefined ? user : setEmailStatus(user, emailId, status, now);
    return primary ? makePrimary(next, emailId) : next;
  });
  return show(changed, emailId);
}

function remove(world: World, request: ApiRequest): ApiAnswer {
  const emailId = pathParameter(request, 'emailId');
  const owner = world.directory.requireOwnerOfEmail(emailId);
  world.directory.change(owner.id, causeOf(request), (user) => removeEmail(user, emailId));
  return { body: { object: 'email_address', id: emailId, deleted: true } };
}

function replaceAll(world: World, request: ApiRequest): ApiAnswer {
  const name = 'identification_status';
  const status = readText(request.body, name) ?? 'verified';
  if (!isEmailStatus(status)) throw invalidParameter(name, 'verified, reserved or unverified');
  const email = emailOf(world, request, status);
  const changed = world.directory.change(pathParameter(request, 'userId'), causeOf(request), (user) => {
    refuseTaken(world, [], email, user.id);
    return addEmail({ ...user, emails: [] }, email, true);
  });
  return show(changed, email.id);
}

function emailOf(world: World, request: ApiRequest, status: EmailStatus): StoredEmail {
  const address = requireText(request, 'email_address');
  return newEmail(world.ids.id('idn_'), address, status, Math.floor(world.clock.now()));
}

/** An unverified address claims nothing, but cannot be added either while somebody holds it (`self` aside). */
function refuseTaken(world: World, own: readonly StoredEmail[], email: StoredEmail, self: string | undefined): void {
  const owner = world.store.ownerOf('email_address', email.address);
  const isOwn = own.some(({ address }) => normalised(address) === normalised(email.address));
  if (isOwn || (owner !== undefined && owner !== self)) throw identifierTaken('email_address');
}

function requireText(request: ApiRequest, name: string): string {
  const value = readText(request.body, name) ?? '';
  if (value === '') throw missingParameter(name);
  return value;
}

function show(user: StoredUser, emailId: string): ApiAnswer {
  const email = user.emails.find(({ id }) => id === emailId);
  if (email === undefined) throw resourceNotFound('email address', emailId);
  return { body: renderEmail(email) };
}
