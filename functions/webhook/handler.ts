import middy from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { parseWebhookEvent as parse } from '../../shared/adapters/clerk/webhook-event.ts';
import { createDynamoDbInstanceStore } from '../../shared/adapters/dynamodb/instance-store.ts';
import { createDynamoDbQuarantine } from '../../shared/adapters/dynamodb/quarantine.ts';
import { pick } from '../../shared/adapters/secrets/secrets.ts';
import { parseWebhookConfig } from '../../shared/config/config.ts';
import type { LogFacts } from '../../shared/ports/log.ts';
import { orInstanceOfKey } from '../../shared/sync/events/instance-of-key.ts';
import { rememberInstance } from '../../shared/sync/events/remembered-instance.ts';
import { answerErrors } from '../middleware/answer-errors.ts';
import { flushMetrics } from '../middleware/flush-metrics.ts';
import { nameRequests } from '../middleware/name-requests.ts';
import { checkAtStart } from '../wiring/check-at-start.ts';
import { requestParts } from '../wiring/request-parts.ts';
import { receiveWebhook } from './receive.ts';

const config = parseWebhookConfig(process.env);
const parts = requestParts('webhook', config, {
  // Svix gives up after 15 s: reading, asking Clerk and writing again must all end before that.
  table: { requestTimeoutMs: 1_500, connectionTimeoutMs: 1_000, maxAttempts: 1 },
  clerkTimeoutMs: 4_000,
});
const deps = {
  ...parts,
  parse,
  secrets: pick(parts.secrets, ({ webhookSecrets }) => webhookSecrets),
  quarantine: createDynamoDbQuarantine(parts.table),
  instance: orInstanceOfKey(rememberInstance(createDynamoDbInstanceStore(parts.table), parts.clock), parts.directory),
  correlate: (facts: LogFacts) => parts.log.correlate(facts),
};
await checkAtStart(deps.secrets, config.secrets, parts.log);

export const handler = middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>({ timeoutEarlyInMillis: 0 })
  .use(nameRequests(parts.log))
  .use(flushMetrics(parts.metrics))
  .use(answerErrors(parts.log, 503))
  .handler((event) => receiveWebhook(event, deps));
