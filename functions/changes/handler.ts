import middy from '@middy/core';
import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import { parseChangesConfig } from '../../shared/config/config.ts';
import { concealErrors } from '../middleware/conceal-errors.ts';
import { flushMetrics } from '../middleware/flush-metrics.ts';
import { requestParts } from '../wiring/request-parts.ts';
import { resolveChanges } from './resolve-changes.ts';

// Nobody waits for it: a slow table or Clerk is given time.
const parts = requestParts('changes', parseChangesConfig(process.env), {
  table: { requestTimeoutMs: 2_000, connectionTimeoutMs: 1_000, maxAttempts: 3 },
  clerkTimeoutMs: 5_000,
});

export const handler = middy<DynamoDBStreamEvent, DynamoDBBatchResponse>({ timeoutEarlyInMillis: 0 })
  .use(flushMetrics(parts.metrics))
  .use(concealErrors(parts.log, () => false))
  .handler((event) => resolveChanges(event, parts));
