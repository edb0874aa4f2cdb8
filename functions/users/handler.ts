import middy from '@middy/core';
import { createDynamoDbAppStore } from '../../shared/adapters/dynamodb/app-store.ts';
import { parseUsersConfig } from '../../shared/config/config.ts';
import type { HttpAnswer, HttpEvent } from '../http/event.ts';
import { routed } from '../http/router.ts';
import { answerErrors } from '../middleware/answer-errors.ts';
import { flushMetrics } from '../middleware/flush-metrics.ts';
import { nameRequests } from '../middleware/name-requests.ts';
import { requestParts } from '../wiring/request-parts.ts';
import { usersRoutes } from './routes.ts';

const parts = requestParts('users', parseUsersConfig(process.env), {
  table: { requestTimeoutMs: 1_500, connectionTimeoutMs: 1_000, maxAttempts: 2 },
  clerkTimeoutMs: 4_000,
});
const route = routed(usersRoutes({ ...parts, apps: createDynamoDbAppStore(parts.table) }));

export const handler = middy<HttpEvent, HttpAnswer>({ timeoutEarlyInMillis: 0 })
  .use(nameRequests(parts.log))
  .use(flushMetrics(parts.metrics))
  .use(answerErrors(parts.log))
  .handler((event) => route(event));
