import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { receiveWebhook } from '../../../functions/webhook/receive.ts';
import { parseWebhookEvent } from '../../../shared/adapters/clerk/webhook-event.ts';
import type { EventDependencies } from '../../../shared/sync/events/dependencies.ts';
import { orInstanceOfKey } from '../../../shared/sync/events/instance-of-key.ts';
import type { FunctionName } from '../plants/plant.ts';
import type { Party } from '../world/scheduler.ts';
import type { Attempt } from '../world/svix.ts';
import { ACCEPTED_SECRETS } from '../world/svix.ts';
import type { Parts, Stage } from './stage.ts';
import { requestPartsOf } from './stage.ts';

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
  const known = seams.secrets?.(ACCEPTED_SECRETS) ?? ACCEPTED_SECRETS;
  const secrets = { current: () => Promise.resolve(known), reread: () => Promise.resolve(known) };
  const deps = { ...eventDependenciesOf(stage, 'webhook'), secrets, correlate: () => undefined };
  return {
    receive: async (party, { headers, body, isBase64Encoded }) => {
      const event = { headers, body, isBase64Encoded } as unknown as APIGatewayProxyEventV2;
      const answer = await stage.scheduler.invoke(party, async () => {
        try {
          return await receiveWebhook(event, deps);
        } catch (error) {
          // What its middleware answers whatever could not be foreseen with.
          return { statusCode: 503, body: JSON.stringify({ outcome: nameOf(error) }) };
        }
      });
      if (answer === 'died') return undefined;
      const { outcome = 'refused' } = JSON.parse(answer.body ?? '{}') as { outcome?: string };
      const status = seams.webhookStatus ? seams.webhookStatus(answer.statusCode) : answer.statusCode;
      return { status: status ?? 500, outcome };
    },
  };
}

/** What it takes to apply an event, for the webhook and for an administrator who replays one. */
export function eventDependenciesOf(stage: Stage, name: FunctionName): EventDependencies & Parts {
  const parts = requestPartsOf(stage, name);
  const parse = stage.seams.parse?.(parseWebhookEvent) ?? parseWebhookEvent;
  return { ...parts, parse, instance: { ...parts.instance, ...orInstanceOfKey(parts.instance, parts.directory) } };
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'unknown';
}
