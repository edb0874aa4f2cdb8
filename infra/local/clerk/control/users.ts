import { causeOf } from '../api/cause.ts';
import { invalidParameter } from '../http/clerk-problem.ts';
import { readFlag, readMoment, readText, refuseUnknown } from '../http/form.ts';
import { HttpProblem, badField, controlProblem } from '../http/problem.ts';
import { pathParameter } from '../http/router.ts';
import type { ApiAnswer, ApiRequest, Route } from '../http/router.ts';
import { isObject } from '../json.ts';
import { importedUser } from '../users/new-user.ts';
import { renderUser } from '../users/render.ts';
import type { StoredUser } from '../users/user.ts';
import type { World } from '../world.ts';
import { optionalFlag } from './fields.ts';

/** 100,000 users with some metadata. */
const IMPORT_LIMIT = 128 * 1024 * 1024;

const PATCHABLE = new Set(['image_url', 'deprovisioned', 'last_active_at', 'last_sign_in_at', 'webhooks']);

/** Users in bulk, and what no Backend API call can change. */
export function userControlRoutes(world: World): Route[] {
  return [
    { method: 'GET', pattern: '/__local/users', handle: (request) => changedUsers(world, request) },
    {
      method: 'POST',
      pattern: '/__local/users/import',
      bodyLimit: IMPORT_LIMIT,
      handle: (request) => importUsers(world, request),
    },
    { method: 'PATCH', pattern: '/__local/users/:userId', handle: (request) => patchUser(world, request) },
  ];
}

/**
 * Who has changed since a revision: for tools that watch. Unlike the Backend API it knows no faults and no rate limit, so that
 * looking changes nothing. A revision of another process's counts as none.
 */
function changedUsers({ store, clock }: World, { query }: ApiRequest): ApiAnswer {
  const asked = Number(query.get('after') ?? 0) || 0;
  const after = asked > store.revision ? 0 : asked;
  const now = clock.now();
  const users: unknown[] = [];
  const removed: string[] = [];
  for (const id of store.changedAfter(after)) {
    const user = store.get(id);
    if (user === undefined) removed.push(id);
    else users.push(renderUser(user, now));
  }
  return { body: { after, revision: store.revision, users, removed } };
}

/** All or none of them. */
function importUsers(world: World, request: ApiRequest): ApiAnswer {
  const { users: bodies } = request.body;
  if (!Array.isArray(bodies)) throw badField('users', 'a list of users as POST /v1/users takes them');
  const publishes = optionalFlag(request.body, 'webhooks', false);
  const users = bodies.map((body: unknown, index) => readUser(world, body, index));
  world.directory.add(users, causeOf(request), publishes);
  return { body: { imported: users.length, ids: users.map(({ id }) => id) } };
}

function readUser(world: World, body: unknown, index: number): StoredUser {
  if (!isObject(body)) throw badField(`users[${index}]`, 'an object');
  try {
    return importedUser(body, { ids: world.ids, now: Math.floor(world.clock.now()) });
  } catch (error) {
    if (!(error instanceof HttpProblem)) throw error;
    throw controlProblem(error.status, 'bad_user', `users[${index}]: ${error.message}`);
  }
}

function patchUser(world: World, request: ApiRequest): ApiAnswer {
  const { body } = request;
  refuseUnknown(body, PATCHABLE);
  const publishes = optionalFlag(body, 'webhooks', true);
  const next = (user: StoredUser): StoredUser => patched(user, request);
  const changed = world.directory.change(pathParameter(request, 'userId'), causeOf(request), next, { publishes });
  return { body: renderUser(changed, world.clock.now()) };
}

function patched(user: StoredUser, { body }: ApiRequest): StoredUser {
  const imageUrl = readText(body, 'image_url');
  if (imageUrl === null) throw invalidParameter('image_url', 'a URL');
  return {
    ...user,
    imageUrl: imageUrl ?? user.imageUrl,
    hasImage: imageUrl === undefined ? user.hasImage : true,
    deprovisioned: readFlag(body, 'deprovisioned') ?? user.deprovisioned,
    lastActiveAt: readMoment(body, 'last_active_at') ?? user.lastActiveAt,
    lastSignInAt: readMoment(body, 'last_sign_in_at') ?? user.lastSignInAt,
  };
}
