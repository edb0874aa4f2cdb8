import type { HttpAnswer, HttpEvent } from './event.ts';
import { refuse } from './refusals.ts';

/** Handlers by the route's key, as the template has it: `GET /users/me`. */
export type Routes<Event> = Readonly<Record<string, (event: Event) => Promise<HttpAnswer>>>;

/**
 * Chooses the handler by the route that API Gateway has matched, parameters and all: there is no path to take apart here.
 * API Gateway itself answers 404 to paths and methods without a route; only a route that leads to the wrong function, or to
 * one of another version, comes to nobody.
 */
export function routed<Event extends Pick<HttpEvent, 'routeKey'>>(
  routes: Routes<Event>,
): (event: Event) => Promise<HttpAnswer> {
  const handlers = new Map(Object.entries(routes));
  return async (event) => handlers.get(event.routeKey)?.(event) ?? refuse('route_not_found');
}
