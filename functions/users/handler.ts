import middy from '@middy/core';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { parseUsersConfig } from '../../shared/config/config.ts';
import type { AuthorizedEvent } from '../../shared/request/current-user.ts';
import { answerErrors } from '../middleware/answer-errors.ts';
import { flushMetrics } from '../middleware/flush-metrics.ts';
import { requestParts } from '../wiring/request-parts.ts';
import { getMe } from './me.ts';

const parts = requestParts('users', parseUsersConfig(process.env), {
  table: { requestTimeoutMs: 1_500, connectionTimeoutMs: 1_000, maxAttempts: 2 },
  clerkTimeoutMs: 4_000,
});

export const handler = middy<AuthorizedEvent, APIGatewayProxyStructuredResultV2>({ timeoutEarlyInMillis: 0 })
  .use(flushMetrics(parts.metrics))
  .use(answerErrors(parts.log))
  .handler((event) => getMe(event, parts));
