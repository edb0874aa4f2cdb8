import { badField, controlProblem } from '../http/problem.ts';
import { pathParameter } from '../http/router.ts';
import type { ApiAnswer, ApiRequest, Route } from '../http/router.ts';
import { isTextList } from '../json.ts';
import { viewDeliveries } from '../webhooks/view.ts';
import type { World } from '../world.ts';

/** Endpoints and deliveries. */
export function webhookControlRoutes(world: World): Route[] {
  const { endpoints, queue } = world;
  return [
    { method: 'GET', pattern: '/__local/webhooks/endpoints', handle: () => ({ body: endpoints.list() }) },
    { method: 'PUT', pattern: '/__local/webhooks/endpoints', handle: (request) => setEndpoints(world, request) },
    { method: 'POST', pattern: '/__local/webhooks/flush', handle: async () => ({ body: await queue.flush() }) },
    {
      method: 'GET',
      pattern: '/__local/deliveries',
      handle: () => ({ body: viewDeliveries(queue.record, endpoints) }),
    },
    {
      method: 'POST',
      pattern: '/__local/deliveries/:messageId/resend',
      handle: async (request) => {
        const messageId = pathParameter(request, 'messageId');
        const outcome = await queue.resend(messageId);
        if (outcome !== undefined) return { body: outcome };
        const hint = 'GET /__local/deliveries lists those that are kept.';
        throw controlProblem(404, 'unknown_message', `No message with the id ${messageId} is kept. ${hint}`);
      },
    },
  ];
}

function setEndpoints({ endpoints, queue, changed }: World, { body }: ApiRequest): ApiAnswer {
  const { urls } = body;
  if (!isTextList(urls) || !urls.every((url) => URL.canParse(url))) throw badField('urls', 'a list of URLs');
  endpoints.set(urls);
  changed();
  queue.wake();
  return { body: endpoints.list() };
}
