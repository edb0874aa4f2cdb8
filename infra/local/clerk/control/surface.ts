import type { IncomingMessage } from 'node:http';
import { whyNotLocal } from '../../http/local-only.ts';
import { controlProblem } from '../http/problem.ts';
import type { Route } from '../http/router.ts';
import type { Surface } from '../http/server.ts';
import { NOT_IMITATED } from '../not-imitated.ts';
import type { World } from '../world.ts';
import { settingRoutes } from './settings.ts';
import { userControlRoutes } from './users.ts';
import { webhookControlRoutes } from './webhooks.ts';

/** What only the developer at this machine may do. It answers every path that no other surface has. */
export function controlSurface(world: World, backendRoutes: readonly Route[]): Surface {
  const routes = [...settingRoutes(world), ...userControlRoutes(world), ...webhookControlRoutes(world)];
  const index = {
    is: 'A stand-in for Clerk, for development and tests.',
    instanceId: world.identity.instanceId,
    issuer: world.issuer,
    seed: world.seed,
    backendApi: backendRoutes.map(describe),
    control: routes.map(describe),
    notImitated: NOT_IMITATED,
  };
  return {
    prefix: '/',
    routes: [...routes, { method: 'GET', pattern: '/', handle: () => ({ body: index }) }],
    admit: requireLocal,
    notFound: (method, path) => controlProblem(404, 'not_found', `There is no ${method} ${path}. GET / lists what is.`),
    invalidBody: (reason) => controlProblem(400, 'bad_request', `The request body is not usable: ${reason}.`),
    bodyTooLarge: (limit) => controlProblem(413, 'too_large', `The request body is larger than ${limit} bytes.`),
  };
}

function describe({ method, pattern }: Route): string {
  return `${method} ${pattern}`;
}

/** These routes mint tokens without a password, so they answer this machine only, wherever the server listens. */
function requireLocal(request: IncomingMessage): void {
  const refusal = whyNotLocal(request);
  if (refusal !== undefined) throw controlProblem(403, 'not_local', refusal);
}
