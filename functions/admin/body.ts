import type { HttpEvent } from '../http/event.ts';
import { readJson } from '../http/json-body.ts';
import { emptyRequestSchema } from '../http/schemas/admin-requests.ts';
import type { ActionResult } from './action.ts';
import { refusedWith } from './action.ts';

/** Of a route that takes no body: an empty one, or an empty object. @returns the refusal of anything else */
export function readNothing(event: HttpEvent): ActionResult | undefined {
  const body = readJson(event, emptyRequestSchema, { mediaTypes: ['application/json'], ifEmpty: {} });
  return body.ok ? undefined : refusedWith(body.answer);
}
