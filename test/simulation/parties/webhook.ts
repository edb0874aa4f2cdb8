import middy from '@middy/core';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { HttpAnswer } from '../../../functions/http/event.ts';
import { answerErrors } from '../../../functions/middleware/answer-errors.ts';
import { receiveWebhook } from '../../../functions/webhook/receive.ts';
import { parseWebhookEvent } from '../../../shared/adapters/clerk/webhook-event.ts';
import { pick } from '../../../shared/adapters/secrets/secrets.ts';
import { orInstanceOfKey } from '../../../shared/sync/events/instance-of-key.ts';
import type { FunctionName } from '../plants/plant.ts';
import type { Party } from '../world/scheduler.ts';
import type { Attempt } from '../world/svix.ts';
import type { Stage } from './stage.ts';
import { CONTEXT, requestPartsOf, secretsOf } from './stage.ts';

export interface Received {
  readonly status: number;
  readonly outcome: string;
}

export interface WebhookFunction {
  /** @returns undefined when the process died */
  readonly receive: (party: Party, attempt: Attempt) => Promise<Received | undefined>;
}

/** A container of the webhook, wired as `functions/webhook/handler.ts` does. */
export function createWebhook(stage: Stage): WebhookFunction {
  const { seams } = stage;
  const parts = eventDependenciesOf(stage, 'webhook');
  const deps = {
    ...parts,
    instance: orInstanceOfKey(parts.instance, parts.directory),
    secrets: pick(secretsOf(stage), ({ webhookSecrets }) => seams.webhookSecrets?.(webhookSecrets) ?? webhookSecrets),
    correlate: () => undefined,
  };
  const handler = middy<APIGatewayProxyEventV2, HttpAnswer>({ timeoutEarlyInMillis: 0 })
    .use(answerErrors(stage.log, 503))
    .handler((event) => receiveWebhook(event, deps));
  return {
    receive: async (party, { headers, body, isBase64Encoded }) => {
      const event = { headers, body, isBase64Encoded } as unknown as APIGatewayProxyEventV2;
      const answer = await stage.scheduler.invoke(party, () => handler(event, CONTEXT));
      if (answer === 'died') return undefined;
      const { outcome, error } = JSON.parse(answer.body ?? '{}') as { outcome?: string; error?: { code: string } };
      const status = seams.webhookStatus ? seams.webhookStatus(answer.statusCode) : answer.statusCode;
      return { status: status ?? 500, outcome: outcome ?? error?.code ?? 'refused' };
    },
  };
}

/** What it takes to apply an event, for the webhook and for an administrator who replays one. */
export function eventDependenciesOf(stage: Stage, name: FunctionName) {
  const parts = requestPartsOf(stage, name);
  return { ...parts, parse: stage.seams.parse?.(parseWebhookEvent) ?? parseWebhookEvent };
}
