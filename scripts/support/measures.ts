import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { createPutMetricData } from '../../shared/adapters/cloudwatch/put-metric-data.ts';
import { parseReconcilerConfig } from '../../shared/config/config.ts';
import type { MetricName } from '../../shared/names/metrics.ts';
import type { Metrics } from '../../shared/ports/metrics.ts';
import { functionIn, PATIENCE, stackOutputs, variablesOf } from './deployment.ts';
import type { Place } from './place.ts';

const NOT_TOLD = 'CloudWatch was not told: alarms stop with the next run of the stack’s own.';

/**
 * Tells CloudWatch in the stack's name, as its functions do: alarms that go by what somebody said last stop by it. What was done
 * before is done: whoever lacks the permission `cloudwatch:PutMetricData` is told so, and nothing fails.
 *
 * @param record given the metrics; what it records is sent in one call
 */
export async function tellMeasures(
  find: () => Promise<Place>,
  record: (metrics: Metrics) => Promise<void> | void,
): Promise<void> {
  try {
    const { stackName, aws } = await find();
    const outputs = await stackOutputs(stackName, aws);
    const variables = await variablesOf(functionIn(outputs, 'ReconcilerName', stackName), stackName, aws);
    const say = (): void => console.error(NOT_TOLD);
    const log = { info: () => undefined, warn: say, error: say };
    const client = new CloudWatchClient({ ...PATIENCE, ...aws });
    const metrics = createPutMetricData({ client, stackName: parseReconcilerConfig(variables).stackName, log });
    await record(metrics);
    await metrics.flush().finally(() => client.destroy());
  } catch (error) {
    console.error(`${NOT_TOLD} ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** What a run says at its end. What it counts of single users, of whom there may be millions, nobody could keep that long. */
const OF_RUNS: ReadonlySet<MetricName> = new Set([
  'ClerkUsers',
  'StoredUsers',
  'UserCountDiscrepancy',
  'DriftFound',
  'ReconcileDuration',
  'ReconcileFailed',
  'DeletionsHeld',
  'QuarantineSize',
]);

/** Keeps what a run says of itself, until it is told; the rest is forgotten. */
export function runMeasures(): Metrics & { tell(find: () => Promise<Place>): Promise<void> } {
  const kept: Parameters<Metrics['record']>[] = [];
  return {
    record: (...measure) => void (OF_RUNS.has(measure[0]) && kept.push(measure)),
    flush: () => Promise.resolve(),
    async tell(find) {
      if (kept.length > 0) await tellMeasures(find, (metrics) => kept.forEach((measure) => metrics.record(...measure)));
    },
  };
}
