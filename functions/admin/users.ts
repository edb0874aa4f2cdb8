import { eraseUser } from '../../shared/sync/admin/erase-user.ts';
import { restoreUser } from '../../shared/sync/admin/restore-user.ts';
import { syncUser } from '../../shared/sync/admin/sync-user.ts';
import { ForeignInstance } from '../../shared/sync/reconcile/failure.ts';
import type { HttpEvent } from '../http/event.ts';
import { readJson } from '../http/json-body.ts';
import { eraseRequestSchema } from '../http/schemas/admin-requests.ts';
import type { Action, ActionResult } from './action.ts';
import { answered, refusedAs, refusedWith } from './action.ts';
import { readNothing } from './body.ts';
import type { AdminDependencies } from './dependencies.ts';
import { userIdIn } from './path.ts';

type Work = (userId: string, deps: AdminDependencies, event: HttpEvent) => Promise<ActionResult>;

/** What is done to one user, by the id in the path. */
function onUser(name: string, work: Work): Action {
  return {
    name,
    changes: true,
    target: userIdIn,
    async run(event, deps) {
      const userId = userIdIn(event);
      if (userId === undefined) return refusedAs('invalid_request', 'The path must have the id of a user, user_….');
      try {
        return await work(userId, deps, event);
      } catch (error) {
        if (error instanceof ForeignInstance) return refusedAs('foreign_instance');
        throw error;
      }
    },
  };
}

function withoutBody(work: Work): Work {
  return async (userId, deps, event) => readNothing(event) ?? work(userId, deps, event);
}

function done(userId: string, outcome: string): ActionResult {
  return answered(200, { userId, outcome }, outcome);
}

function notStored(reason: string): ActionResult {
  return refusedAs(reason === 'unstorable' ? 'unstorable_user' : 'unavailable');
}

/** `POST /admin/users/{id}/sync`: 404 where Clerk has no such user, who is not deleted for it. */
export const syncOne: Action = onUser(
  'sync-user',
  withoutBody(async (userId, deps) => {
    const synced = await syncUser(deps, userId);
    switch (synced.status) {
      case 'synced':
        return done(userId, synced.outcome);
      case 'not-in-clerk':
        return refusedAs('user_not_found');
      case 'clerk-unavailable':
        return refusedAs('unavailable');
      case 'not-stored':
        return notStored(synced.reason);
      default:
        return synced satisfies never;
    }
  }),
);

/** `POST /admin/users/{id}/restore`: brings back a user who was deleted by mistake, or one who was erased. */
export const restoreOne: Action = onUser(
  'restore-user',
  withoutBody(async (userId, deps) => {
    const restored = await restoreUser(deps, userId);
    switch (restored.status) {
      case 'restored':
        return done(userId, 'restored');
      case 'not-deleted':
        return refusedAs('user_not_deleted');
      case 'too-soon':
        return refusedAs('user_deleted_lately');
      case 'unknown':
        return refusedAs('user_not_mirrored');
      case 'not-in-clerk':
        return refusedAs('user_not_found');
      case 'clerk-unavailable':
        return refusedAs('unavailable');
      case 'not-stored':
        return notStored(restored.reason);
      default:
        return restored satisfies never;
    }
  }),
);

/** `POST /admin/users/{id}/erase`: one whom Clerk still has only where the body says so. */
export const eraseOne: Action = onUser('erase-user', async (userId, deps, event) => {
  const body = readJson(event, eraseRequestSchema, { mediaTypes: ['application/json'], ifEmpty: {} });
  if (!body.ok) return refusedWith(body.answer);
  const erasure = await eraseUser(deps, userId, { evenIfClerkHas: body.value.evenIfClerkHas ?? false });
  switch (erasure) {
    case 'erased':
    case 'erased-before':
      return done(userId, erasure);
    case 'absent':
      return refusedAs('user_not_mirrored');
    case 'in-clerk':
      return refusedAs('user_in_clerk');
    case 'clerk-unavailable':
      return refusedAs('unavailable');
    default:
      return erasure satisfies never;
  }
});
