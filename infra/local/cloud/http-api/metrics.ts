import { pointOf } from '../services/metric-store.ts';
import type { MetricStore } from '../services/metric-store.ts';

/**
 * The metrics that API Gateway itself emits of an HTTP API, all of them but the integration's own time.
 * @param now the local clock's time, in ms since 1970
 */
export function apiMetrics(
  store: MetricStore,
  apiId: string,
  now: () => number,
): (status: number, tookMs: number) => void {
  const emit = (name: string, unit: string, value: number): void =>
    store.add(pointOf({ namespace: 'AWS/ApiGateway', name, dimensions: { ApiId: apiId }, unit, at: now() }, value));
  return (status, tookMs) => {
    emit('Count', 'Count', 1);
    emit('4xx', 'Count', status >= 400 && status < 500 ? 1 : 0);
    emit('5xx', 'Count', status >= 500 ? 1 : 0);
    emit('Latency', 'Milliseconds', tookMs);
  };
}
