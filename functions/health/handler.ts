import middy from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { createLog } from '../../shared/adapters/cloudwatch/log.ts';
import { createMeasuresClient } from '../../shared/adapters/cloudwatch/measures-client.ts';
import { createSyncMeasures } from '../../shared/adapters/cloudwatch/sync-measures.ts';
import { systemClock as clock } from '../../shared/adapters/system/clock.ts';
import { systemTimers as timers } from '../../shared/adapters/system/timers.ts';
import { parseHealthConfig } from '../../shared/config/health-config.ts';
import { answerErrors } from '../middleware/answer-errors.ts';
import { createHealth } from './health.ts';

const config = parseHealthConfig(process.env);
const log = createLog({ service: 'health' });
const measures = createSyncMeasures({ ...config, client: createMeasuresClient(), clock });
const health = createHealth({ measures, clock, timers, log });

export const handler = middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>({ timeoutEarlyInMillis: 0 })
  .use(answerErrors(log))
  .handler(({ routeKey }) => health(routeKey));
