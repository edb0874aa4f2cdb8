import type { HttpAnswer, HttpEvent } from '../http/event.ts';
import type { Routes } from '../http/router.ts';
import { routed } from '../http/router.ts';
import { refuse } from '../http/refusals.ts';
import { ACTIONS } from './actions.ts';
import { audited } from './audited.ts';
import { authenticate } from './authenticate.ts';
import type { AdminDependencies } from './dependencies.ts';

/** A request whose key is valid. */
type AdminEvent = HttpEvent & { readonly keyId: string };

/**
 * The administrative API: the key first, before anything of the request is read, then the action, on record.
 *
 * 401 without a valid key, 429 after too many of those.
 */
export function adminApi(deps: AdminDependencies): (event: HttpEvent) => Promise<HttpAnswer> {
  const route = routed(routesOf(deps));
  return async (event) => {
    const authentication = await authenticate(event.headers, deps);
    return authentication.ok ? route({ ...event, keyId: authentication.keyId }) : refuse(authentication.refusal);
  };
}

function routesOf(deps: AdminDependencies): Routes<AdminEvent> {
  return Object.fromEntries(
    Object.entries(ACTIONS).map(([route, action]) => [
      route,
      (event: AdminEvent) => audited(event, event.keyId, action, deps),
    ]),
  );
}
