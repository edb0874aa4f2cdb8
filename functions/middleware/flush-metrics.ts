import type { MiddlewareObj } from '@middy/core';
import type { Metrics } from '../../shared/ports/metrics.ts';

/** Hands the recorded metrics on when the invocation ends, also when it ends in an error. */
export function flushMetrics(metrics: Metrics): MiddlewareObj {
  const flush = async (): Promise<void> => {
    await metrics.flush();
  };
  return { after: flush, onError: flush };
}
