import middy from '@middy/core';
import { createLog } from '../../shared/adapters/cloudwatch/log.ts';
import { createMeasuresClient } from '../../shared/adapters/cloudwatch/measures-client.ts';
import { createSyncMeasures } from '../../shared/adapters/cloudwatch/sync-measures.ts';
import { systemClock as clock } from '../../shared/adapters/system/clock.ts';
import { systemTimers as timers } from '../../shared/adapters/system/timers.ts';
import { parseHealthConfig } from '../../shared/config/health-config.ts';
import type { HttpAnswer, HttpEvent } from '../http/event.ts';
import { routed } from '../http/router.ts';
import { answerErrors } from '../middleware/answer-errors.ts';
import { nameRequests } from '../middleware/name-requests.ts';
import { healthRoutes } from './health.ts';

const config = parseHealthConfig(process.env);
const log = createLog({ service: 'health', level: config.logLevel });
const measures = createSyncMeasures({ ...config, client: createMeasuresClient(), clock });
const route = routed(healthRoutes({ measures, clock, timers, log }));

export const handler = middy<HttpEvent, HttpAnswer>({ timeoutEarlyInMillis: 0 })
  .use(nameRequests(log))
  .use(answerErrors(log))
  .handler((event) => route(event));
