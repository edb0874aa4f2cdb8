import middy from '@middy/core';
import { healthRoutes } from '../../../functions/health/health.ts';
import type { HttpAnswer, HttpEvent } from '../../../functions/http/event.ts';
import { routed } from '../../../functions/http/router.ts';
import { answerErrors } from '../../../functions/middleware/answer-errors.ts';
import type { SyncMeasures } from '../../../shared/ports/sync-measures.ts';
import { MeasuresUnavailable } from '../../../shared/ports/sync-measures.ts';
import { send } from '../ports/call.ts';
import type { Stage } from './stage.ts';
import { CONTEXT } from './stage.ts';

/** What the wiring gives CloudWatch, ms; health itself waits for less. */
const TIMEOUT_MS = 5_000;

/** A container of health, wired as `functions/health/handler.ts` does. */
export function createHealth(stage: Stage): (event: HttpEvent) => Promise<HttpAnswer> {
  const { clock, timers } = stage.scheduler;
  const plain = measuresPort(stage);
  const measures = stage.seams.measures?.(plain) ?? plain;
  const route = routed(healthRoutes({ measures, clock, timers, log: stage.log }));
  const handler = middy<HttpEvent, HttpAnswer>({ timeoutEarlyInMillis: 0 })
    .use(answerErrors(stage.log))
    .handler((event) => route(event));
  return (event) => handler(event, CONTEXT);
}

function measuresPort(stage: Stage): SyncMeasures {
  const ask = <T>(apply: () => Promise<T>): Promise<T> =>
    send(stage, {
      to: 'cloudwatch',
      isWrite: false,
      timeoutMs: TIMEOUT_MS,
      apply,
      unavailable: (why) => new MeasuresUnavailable(why),
      refused: (why) => new MeasuresUnavailable(why),
    });
  return {
    syncs: (minutes) => ask(() => stage.measures.syncs(minutes)),
    users: () => ask(() => stage.measures.users()),
  };
}
