import type { HttpEvent } from '../http/event.ts';
import type { Routes } from '../http/router.ts';
import type { UsersDependencies } from './dependencies.ts';
import { getMe } from './me.ts';
import { patchMe } from './patch-me.ts';
import { syncMe } from './sync.ts';

export function usersRoutes(deps: UsersDependencies): Routes<HttpEvent> {
  return {
    'GET /users/me': (event) => getMe(event, deps),
    'PATCH /users/me': (event) => patchMe(event, deps),
    'POST /users/sync': (event) => syncMe(event, deps),
  };
}
