import middy from '@middy/core';
import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import { createEventBridgeClient } from '../../shared/adapters/eventbridge/client.ts';
import { createEventPublisher } from '../../shared/adapters/eventbridge/event-publisher.ts';
import { parseChangesConfig } from '../../shared/config/config.ts';
import { concealErrors } from '../middleware/conceal-errors.ts';
import { flushMetrics } from '../middleware/flush-metrics.ts';
import { nameRequests } from '../middleware/name-requests.ts';
import { requestParts } from '../wiring/request-parts.ts';
import { takeChanges } from './take-changes.ts';

const config = parseChangesConfig(process.env);

// Nobody waits for it: a slow table or Clerk is given time.
const parts = requestParts('changes', config, {
  table: { requestTimeoutMs: 2_000, connectionTimeoutMs: 1_000, maxAttempts: 3 },
  clerkTimeoutMs: 5_000,
});

const { eventBus, stackName } = config;
const publisher = createEventPublisher({ ...parts, client: createEventBridgeClient(), eventBus, stackName });

export const handler = middy<DynamoDBStreamEvent, DynamoDBBatchResponse>({ timeoutEarlyInMillis: 0 })
  .use(nameRequests(parts.log))
  .use(flushMetrics(parts.metrics))
  .use(concealErrors(parts.log, () => false))
  .handler((event) => takeChanges(event, { ...parts, publisher }));
