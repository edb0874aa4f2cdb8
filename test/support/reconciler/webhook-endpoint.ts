import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { receiveWebhook } from '../../../functions/webhook/receive.ts';
import { listen } from '../../../infra/local/http/server.ts';
import { parseWebhookEvent as parse } from '../../../shared/adapters/clerk/webhook-event.ts';
import { createDynamoDbQuarantine } from '../../../shared/adapters/dynamodb/quarantine.ts';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { httpEvent } from '../functions/webhook-world.ts';
import type { ReconcilerWorld } from './world.ts';

/** The webhook over the table and the Clerk of a world: what Svix delivers there is verified, merged and stored. */
export interface WebhookEndpoint {
  readonly url: string;
  /** How often each status was answered. */
  readonly answers: Readonly<Record<string, number>>;
  close(): Promise<void>;
}

export async function startWebhookEndpoint(
  { deps, standIn, tableName }: ReconcilerWorld,
  client: DynamoDBDocumentClient,
): Promise<WebhookEndpoint> {
  const answers: Record<string, number> = {};
  const secrets = () => Promise.resolve(standIn.clerk.webhookSecrets);
  const webhook = {
    ...deps,
    parse,
    quarantine: createDynamoDbQuarantine({ client, tableName, clock: deps.clock }),
    secrets: { current: secrets, reread: secrets },
    correlate: () => undefined,
  };
  const receive = async (request: IncomingMessage): Promise<number> => {
    const entries = Object.entries(request.headers).map(([name, value]): [string, string] => [name, String(value)]);
    const event = httpEvent({ body: await text(request), headers: Object.fromEntries(entries) });
    const { statusCode = 500 } = await receiveWebhook(event, webhook);
    return statusCode;
  };
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const status = await receive(request).catch(() => 503);
    answers[status] = (answers[status] ?? 0) + 1;
    response.writeHead(status).end();
  };
  const server = createServer((request, response) => void answer(request, response));
  const listener = await listen(server);
  return { url: listener.url, answers, close: () => listener.close() };
}
