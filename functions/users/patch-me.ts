import type { JsonObject } from '../../shared/domain/json.ts';
import { currentUser } from '../../shared/request/current-user.ts';
import type { RequestUser } from '../../shared/request/request-user.ts';
import { requestUser } from '../../shared/request/request-user.ts';
import type { AppResult } from '../../shared/sync/change-app.ts';
import { changeApp } from '../../shared/sync/change-app.ts';
import type { HttpAnswer, HttpEvent } from '../http/event.ts';
import { readJson } from '../http/json-body.ts';
import { refuse } from '../http/refusals.ts';
import { appPatchSchema } from '../http/schemas/app-patch.ts';
import { jsonAnswer } from '../middleware/answer.ts';
import type { UsersDependencies } from './dependencies.ts';
import { TABLE_BUDGET_MS } from './dependencies.ts';
import { fetchUser } from './fetch-user.ts';

export const PATCH_TYPES = ['application/json', 'application/merge-patch+json'];

/**
 * `PATCH /users/me`: changes the application's attributes of the signed-in user, and nothing that Clerk knows of her. A user
 * whom the mirror does not have yet is fetched and created first, as `GET /users/me` does it: 404 only when Clerk has none.
 *
 * 403 when she was deleted or banned since she was let in, 413 when `app` would become too large, 503 when the table or, for
 * a new user, Clerk cannot be asked.
 */
export async function patchMe(event: HttpEvent, deps: UsersDependencies): Promise<HttpAnswer> {
  const caller = currentUser(event);
  const body = readJson(event, appPatchSchema, { mediaTypes: PATCH_TYPES });
  if (!body.ok) return body.answer;
  const { app } = body.value;
  const result = await changeApp(deps, caller.id, app, TABLE_BUDGET_MS);
  return result.status === 'absent' ? patchNewcomer(caller, app, deps) : answerTo(result, caller, app, deps);
}

async function patchNewcomer(caller: RequestUser, app: JsonObject, deps: UsersDependencies): Promise<HttpAnswer> {
  deps.metrics.record('AutoSync', 1);
  const fetched = await fetchUser(caller, deps);
  if (!fetched.ok) return fetched.answer;
  return answerTo(await changeApp(deps, caller.id, app, TABLE_BUDGET_MS), caller, app, deps);
}

function answerTo(result: AppResult, caller: RequestUser, app: JsonObject, { log }: UsersDependencies): HttpAnswer {
  switch (result.status) {
    case 'changed':
      // Counted, not named: what a client calls an attribute may say something about the person.
      log.info('app attributes changed', {
        userId: caller.id,
        named: Object.keys(app).length,
        actor: caller.actor?.sub,
      });
      return jsonAnswer(200, requestUser(result.user, true, caller.actor));
    case 'unchanged':
      return jsonAnswer(200, requestUser(result.user, true, caller.actor));
    case 'refused':
      return refuse(`user_${result.refusal}`);
    case 'too-large':
      return refuse('app_too_large');
    case 'absent':
      // Created a moment ago, and gone again: whoever comes again finds out why.
      return refuse('unavailable');
    case 'unavailable':
      return refuse('unavailable');
    default:
      return result satisfies never;
  }
}
