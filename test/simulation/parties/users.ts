import middy from '@middy/core';
import type { HttpAnswer, HttpEvent } from '../../../functions/http/event.ts';
import { routed } from '../../../functions/http/router.ts';
import { answerErrors } from '../../../functions/middleware/answer-errors.ts';
import { usersRoutes } from '../../../functions/users/routes.ts';
import type { Stage } from './stage.ts';
import { CONTEXT, requestPartsOf } from './stage.ts';

/** A container of the users' routes, wired as `functions/users/handler.ts` does. */
export function createUsers(stage: Stage): (event: HttpEvent) => Promise<HttpAnswer> {
  const route = routed(usersRoutes(requestPartsOf(stage, 'users')));
  const handler = middy<HttpEvent, HttpAnswer>({ timeoutEarlyInMillis: 0 })
    .use(answerErrors(stage.log))
    .handler((event) => route(event));
  return (event) => handler(event, CONTEXT);
}
