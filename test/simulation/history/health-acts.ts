import { createHealth } from '../parties/health.ts';
import type { Simulation } from './simulation.ts';

const ROUTES = ['GET /health', 'GET /health/user-sync'];

/** Asks both routes, as a load balancer does. @param isAtRest whether everything has come to rest: asked in a container that remembers nothing */
export async function askHealth(simulation: Simulation, isAtRest = false): Promise<void> {
  if (isAtRest) simulation.forget('health');
  for (const routeKey of ROUTES) {
    simulation.event();
    const handler = simulation.container('health', () => createHealth(simulation.stage));
    const party = simulation.party('health');
    const event = { routeKey, headers: {}, isBase64Encoded: false, requestContext: {} };
    const answer = await simulation.scheduler.invoke(party, () => handler(event));
    if (answer === 'died') {
      simulation.forget('health');
      continue;
    }
    const body = JSON.parse(answer.body ?? '{}') as { readonly status?: string; readonly clerk_users?: number | null };
    const status = answer.statusCode ?? 0;
    simulation.count(`${routeKey} ${status} ${body.status}`);
    simulation.tell(party.name, `answers ${routeKey} with ${status} ${body.status}`);
    simulation.healthTold({ route: routeKey, status, body, isAtRest });
  }
}
