import { createHealth } from '../parties/health.ts';
import type { Simulation } from './simulation.ts';

const ROUTES = ['GET /health', 'GET /health/user-sync'];

/** Asks both routes, as a load balancer does. @param isAtRest whether everything has come to rest: asked in a container that remembers nothing */
export async function askHealth(simulation: Simulation, isAtRest = false): Promise<void> {
  if (isAtRest) simulation.processes.forget('health');
  for (const routeKey of ROUTES) {
    simulation.chronicle.event();
    const handler = simulation.processes.container('health', () => createHealth(simulation.stage));
    const party = simulation.processes.begin('health');
    const event = { routeKey, headers: {}, isBase64Encoded: false, requestContext: {} };
    const answer = await simulation.scheduler.invoke(party, () => handler(event));
    if (answer === 'died') {
      simulation.processes.forget('health');
      continue;
    }
    const body = JSON.parse(answer.body ?? '{}') as { readonly status?: string; readonly clerk_users?: number | null };
    const status = answer.statusCode ?? 0;
    simulation.chronicle.count(`${routeKey} ${status} ${body.status}`);
    simulation.chronicle.tell(party.name, `answers ${routeKey} with ${status} ${body.status}`);
    const told = { route: routeKey, status, body, isAtRest };
    simulation.watchers.inform((watch) => watch.healthTold?.(told));
  }
}
