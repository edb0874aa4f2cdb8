import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { createPutMetricData } from '../../shared/adapters/cloudwatch/put-metric-data.ts';
import { parseReconcilerConfig } from '../../shared/config/config.ts';
import type { Quarantine } from '../../shared/ports/quarantine.ts';
import { countQuarantine } from '../../shared/sync/events/count-quarantine.ts';
import { functionIn, PATIENCE, stackOutputs, variablesOf } from './deployment.ts';
import type { Place } from './place.ts';

/**
 * Tells CloudWatch how many events are left in quarantine, as the admin API does: the alarm stops by it. Without the permission
 * to do so the next run does it.
 *
 * @param gone ids of what was taken out
 * @param say told where CloudWatch does not take it
 */
export async function tellQuarantineSize(
  { stackName, aws }: Place,
  quarantine: Quarantine,
  { gone, say }: { readonly gone: ReadonlySet<string>; readonly say: (text: string) => void },
): Promise<void> {
  const outputs = await stackOutputs(stackName, aws);
  const variables = await variablesOf(functionIn(outputs, 'ReconcilerName', stackName), stackName, aws);
  const client = new CloudWatchClient({ ...PATIENCE, ...aws });
  const warn = (): void => say('CloudWatch did not take the count of what is left: the alarm stops with the next run.');
  const metrics = createPutMetricData({
    client,
    stackName: parseReconcilerConfig(variables).stackName,
    log: { info: () => undefined, warn, error: warn },
  });
  await countQuarantine({ quarantine, metrics }, gone);
  await metrics.flush().finally(() => client.destroy());
}
