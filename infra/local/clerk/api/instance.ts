import type { Route } from '../http/router.ts';
import { publicKeySet } from '../identity.ts';
import type { World } from '../world.ts';

/** The instance itself and, behind the secret key, its key set. */
export function instanceRoutes({ identity }: World): Route[] {
  const instance = {
    object: 'instance',
    id: identity.instanceId,
    environment_type: 'development',
    allowed_origins: null,
    workspace_id: null,
  };
  return [
    { method: 'GET', pattern: '/v1/instance', handle: () => ({ body: instance }) },
    { method: 'GET', pattern: '/v1/jwks', handle: () => ({ body: publicKeySet(identity) }) },
  ];
}

/** The key set as Clerk's Frontend API publishes it to everyone. */
export function wellKnownRoutes({ identity }: World): Route[] {
  return [{ method: 'GET', pattern: '/.well-known/jwks.json', handle: () => ({ body: publicKeySet(identity) }) }];
}
