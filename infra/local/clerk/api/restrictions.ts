import { pathParameter } from '../http/router.ts';
import type { Route } from '../http/router.ts';
import { LOCK_MS } from '../users/new-user.ts';
import { renderUser } from '../users/render.ts';
import type { StoredUser } from '../users/user.ts';
import type { World } from '../world.ts';
import { causeOf } from './cause.ts';

/** Ban, unban, lock and unlock. */
export function restrictionRoutes(world: World): Route[] {
  const { directory, clock, switches } = world;
  const route = (action: string, next: (user: StoredUser) => StoredUser): Route => ({
    method: 'POST',
    pattern: `/v1/users/:userId/${action}`,
    handle: (request) => {
      const options = { raisesUpdatedAt: switches.banRaisesUpdatedAt };
      const user = directory.change(pathParameter(request, 'userId'), causeOf(request), next, options);
      return { body: renderUser(user, clock.now()) };
    },
  });
  return [
    route('ban', (user) => ({ ...user, banned: true })),
    route('unban', (user) => ({ ...user, banned: false })),
    route('lock', (user) => ({ ...user, lockedUntil: clock.now() + LOCK_MS })),
    route('unlock', (user) => ({ ...user, lockedUntil: null })),
  ];
}
