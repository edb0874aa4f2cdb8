import { PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import type { CloudWatchClient, MetricDatum } from '@aws-sdk/client-cloudwatch';
import { METRIC_NAMESPACE, STACK_DIMENSION } from '../../names/metrics.ts';
import type { Log } from '../../ports/log.ts';
import type { Metrics } from '../../ports/metrics.ts';
import type { Series } from './series.ts';
import { createSeriesBuffer } from './series.ts';

export interface PutMetricDataOptions {
  readonly client: Pick<CloudWatchClient, 'send'>;
  /** The value of the dimension `Stack`. */
  readonly stackName: string;
  readonly log: Log;
}

/** CloudWatch's limits on one call, and on the values of one datum. */
const MOST_DATA = 1_000;
const MOST_VALUES = 150;

/**
 * Metrics by `PutMetricData`, in at most one call a flush and none when nothing was recorded. For a run that measures much
 * and that nobody waits for.
 *
 * A flush never fails: what CloudWatch does not take is lost, with a warning in the log.
 */
export function createPutMetricData({ client, stackName, log }: PutMetricDataOptions): Metrics {
  const buffer = createSeriesBuffer(stackName);
  return {
    record: (name, value, dimensions = {}) => buffer.add(name, value, dimensions),
    async flush() {
      const data = buffer.drain().flatMap(toData);
      if (data.length === 0) return;
      if (data.length > MOST_DATA) log.warn('metrics left out', { metrics: data.length - MOST_DATA });
      try {
        await client.send(
          new PutMetricDataCommand({ Namespace: METRIC_NAMESPACE, MetricData: data.slice(0, MOST_DATA) }),
        );
      } catch (error) {
        log.warn('metrics not sent', {
          metrics: data.length,
          error: error instanceof Error ? error.name : typeof error,
        });
      }
    },
  };
}

function toData({ hasTotal, ...series }: Series): MetricDatum[] {
  const { [STACK_DIMENSION]: stack = '' } = series.dimensions;
  const total = hasTotal ? piecesOf({ ...series, dimensions: { [STACK_DIMENSION]: stack } }) : [];
  return [...piecesOf(series), ...total];
}

function piecesOf({ name, unit, dimensions, values }: Omit<Series, 'hasTotal'>): MetricDatum[] {
  const entries = [...values];
  const pieces = Math.ceil(entries.length / MOST_VALUES);
  return Array.from({ length: pieces }, (_, piece) => {
    const part = entries.slice(piece * MOST_VALUES, (piece + 1) * MOST_VALUES);
    return {
      MetricName: name,
      Unit: unit,
      Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
      Values: part.map(([value]) => value),
      Counts: part.map(([, count]) => count),
    };
  });
}
