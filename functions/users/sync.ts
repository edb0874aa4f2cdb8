import { currentUser } from '../../shared/request/current-user.ts';
import type { HttpAnswer, HttpEvent } from '../http/event.ts';
import { readJson } from '../http/json-body.ts';
import { syncRequestSchema } from '../http/schemas/sync-request.ts';
import { jsonAnswer } from '../middleware/answer.ts';
import { answerWith } from './answer-user.ts';
import type { UsersDependencies } from './dependencies.ts';
import { fetchUser } from './fetch-user.ts';

/**
 * `POST /users/sync`: reads the signed-in user from Clerk and merges what it says: 201 where that has created her, 200
 * otherwise, with the outcome. The body is empty: of a user only Clerk is believed.
 *
 * 404 when Clerk has no such user, which deletes nobody; 403 when she is deleted or banned, 503 when Clerk or the table cannot
 * be asked, or this container has asked Clerk often enough.
 */
export async function syncMe(event: HttpEvent, deps: UsersDependencies): Promise<HttpAnswer> {
  const caller = currentUser(event);
  const body = readJson(event, syncRequestSchema, { mediaTypes: ['application/json'], ifEmpty: {} });
  if (!body.ok) return body.answer;
  const fetched = await fetchUser(caller, deps);
  if (!fetched.ok) return fetched.answer;
  const { user, outcome } = fetched;
  return answerWith(user, caller, (shown) => jsonAnswer(outcome === 'created' ? 201 : 200, { outcome, user: shown }));
}
