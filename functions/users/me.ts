import type { AuthorizedEvent } from '../../shared/request/current-user.ts';
import { currentUser } from '../../shared/request/current-user.ts';
import type { HttpAnswer } from '../http/event.ts';
import { answerUser } from './answer-user.ts';
import type { UsersDependencies } from './dependencies.ts';
import { fetchUser } from './fetch-user.ts';

/**
 * `GET /users/me`: the signed-in user as the mirror has her now, fetched from Clerk and created if the mirror has none. It
 * sits behind the authorizer that only verifies, and does the syncing itself. The read is consistent: what she has just
 * changed is there.
 *
 * 404 only when Clerk has none either, 403 when she was deleted or banned since she was let in, 503 when neither can be asked.
 */
export async function getMe(event: AuthorizedEvent, deps: UsersDependencies): Promise<HttpAnswer> {
  const caller = currentUser(event);
  const stored = await deps.store.get(caller.id, { consistent: true });
  if (stored) return answerUser(stored, caller);
  deps.metrics.record('AutoSync', 1);
  const fetched = await fetchUser(caller, deps);
  return fetched.ok ? answerUser(fetched.user, caller) : fetched.answer;
}
