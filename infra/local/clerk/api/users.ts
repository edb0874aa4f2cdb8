import { invalidParameter, unknownParameter } from '../http/clerk-problem.ts';
import { readMoment, readText, refuseUnknown } from '../http/form.ts';
import { pathParameter } from '../http/router.ts';
import type { ApiAnswer, ApiRequest, Handler, Route } from '../http/router.ts';
import type { JsonObject } from '../json.ts';
import {
  ATTRIBUTE_PARAMETERS,
  IGNORED_PARAMETERS,
  METADATA_PARAMETERS,
  mergeMetadata,
  readAttributes,
  replaceMetadata,
} from '../users/attributes.ts';
import { makePrimary } from '../users/emails.ts';
import { readListQuery, readUserFilter } from '../users/list-query.ts';
import { countUsers, listUsers } from '../users/list.ts';
import { newUser } from '../users/new-user.ts';
import { renderUser } from '../users/render.ts';
import type { StoredUser } from '../users/user.ts';
import type { World } from '../world.ts';
import { causeOf } from './cause.ts';

const METADATA = new Set(METADATA_PARAMETERS);
const UPDATE = new Set([...ATTRIBUTE_PARAMETERS, ...IGNORED_PARAMETERS, 'primary_email_address_id']);
const UPDATE_WITH_METADATA = new Set([...UPDATE, ...METADATA]);
/** From this API version on, metadata has routes of its own. */
const METADATA_ROUTES_SINCE = '2026-05-12';

/** `/v1/users` and what changes a user's attributes and metadata. */
export function userRoutes(world: World): Route[] {
  return [...readRoutes(world), ...writeRoutes(world)];
}

function readRoutes({ store, directory, clock }: World): Route[] {
  const list = ({ query }: ApiRequest): ApiAnswer => {
    const now = clock.now();
    return { body: listUsers(store, readListQuery(query)).map((user) => renderUser(user, now)) };
  };
  const count = ({ query }: ApiRequest): ApiAnswer => ({
    body: { object: 'total_count', total_count: countUsers(store, readUserFilter(query)) },
  });
  const get = (request: ApiRequest): ApiAnswer => ({
    body: renderUser(directory.require(userIdOf(request)), clock.now()),
  });
  return [
    { method: 'GET', pattern: '/v1/users', handle: list },
    { method: 'GET', pattern: '/v1/users/count', handle: count },
    { method: 'GET', pattern: '/v1/users/:userId', handle: get },
  ];
}

function writeRoutes(world: World): Route[] {
  const { directory, clock } = world;
  const show = (user: StoredUser): ApiAnswer => ({ body: renderUser(user, clock.now()) });
  const create: Handler = (request) => show(createUser(world, request));
  const remove: Handler = (request) => ({ body: directory.delete(userIdOf(request), causeOf(request)) });
  const change = (next: (user: StoredUser, request: ApiRequest) => StoredUser): Handler => {
    return (request) => show(directory.change(userIdOf(request), causeOf(request), (user) => next(user, request)));
  };
  const merge = change((user, { body }) => updateMetadata(user, body, mergeMetadata));
  const replace = change((user, { body }) => updateMetadata(user, body, replaceMetadata));
  return [
    { method: 'POST', pattern: '/v1/users', handle: create },
    { method: 'PATCH', pattern: '/v1/users/:userId', handle: change(updateUser) },
    { method: 'DELETE', pattern: '/v1/users/:userId', handle: remove },
    { method: 'PATCH', pattern: '/v1/users/:userId/metadata', handle: merge },
    { method: 'PUT', pattern: '/v1/users/:userId/metadata', handle: replace },
  ];
}

function userIdOf(request: ApiRequest): string {
  return pathParameter(request, 'userId');
}

function createUser(world: World, request: ApiRequest): StoredUser {
  const user = newUser(request.body, { ids: world.ids, now: Math.floor(world.clock.now()) });
  world.directory.add([user], causeOf(request));
  return user;
}

function updateUser(user: StoredUser, request: ApiRequest): StoredUser {
  const { body } = request;
  const takesMetadata = !hasMetadataRoutes(request);
  const withMetadata = METADATA_PARAMETERS.find((name) => body[name] !== undefined);
  if (withMetadata !== undefined && !takesMetadata) {
    throw unknownParameter(withMetadata, 'is set by PATCH or PUT /v1/users/{user_id}/metadata in this API version');
  }
  refuseUnknown(body, takesMetadata ? UPDATE_WITH_METADATA : UPDATE);
  const createdAt = readMoment(body, 'created_at') ?? user.createdAt;
  const changed = { ...user, ...readAttributes(body, user), ...replaceMetadata(body, user), createdAt };
  const password = body['password'] ?? body['password_digest'] ?? null;
  return withPrimary(password === null ? changed : { ...changed, passwordEnabled: true }, request);
}

/** Versions are dates, so that they compare as text. Without the header the older, more lenient behaviour holds. */
function hasMetadataRoutes(request: ApiRequest): boolean {
  const version = request.headers['clerk-api-version'];
  return typeof version === 'string' && version >= METADATA_ROUTES_SINCE;
}

function withPrimary(user: StoredUser, request: ApiRequest): StoredUser {
  const name = 'primary_email_address_id';
  const emailId = readText(request.body, name) ?? null;
  if (emailId === null) return user;
  const isVerified = user.emails.some(({ id, status }) => id === emailId && status === 'verified');
  if (!isVerified) throw invalidParameter(name, 'the id of a verified email address of this user');
  return makePrimary(user, emailId);
}

function updateMetadata(user: StoredUser, body: JsonObject, combine: typeof mergeMetadata): StoredUser {
  refuseUnknown(body, METADATA);
  return { ...user, ...combine(body, user) };
}
