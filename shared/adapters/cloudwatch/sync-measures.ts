import { GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import type { CloudWatchClient, Metric, MetricDataQuery, MetricDataResult } from '@aws-sdk/client-cloudwatch';
import type { MetricName, MetricPath } from '../../names/metrics.ts';
import { METRIC_NAMESPACE, STACK_DIMENSION } from '../../names/metrics.ts';
import type { SyncCounts, SyncMeasures, UserCounts } from '../../ports/sync-measures.ts';
import { MeasuresUnavailable } from '../../ports/sync-measures.ts';
import type { Clock } from '../../ports/time.ts';

export interface SyncMeasuresOptions {
  readonly client: Pick<CloudWatchClient, 'send'>;
  readonly clock: Clock;
  /** The value of the dimension `Stack`. */
  readonly stackName: string;
  /** Names of the functions whose invocations are attempts: authorizers, webhook and users' routes. */
  readonly functionNames: readonly string[];
}

/** CloudWatch keeps single minutes for 15 days. */
const PERIOD_S = 60;
const MINUTE_MS = 60_000;
const DAY_MINUTES = 24 * 60;

/** Syncs that somebody waits for. A run's failures are the run's, which has an alarm of its own. */
const PATHS: readonly MetricPath[] = ['authorizer', 'webhook', 'on-demand'];

/**
 * The mirror's metrics by `GetMetricData`, in one call each: nine metrics for the syncs and two for the users, at $0.01 per
 * 1,000 metrics (us-east-1). Minutes are added up here: CloudWatch would align a longer period to the clock, and a quarter of
 * an hour that began a minute ago knows nothing yet.
 */
export function createSyncMeasures(options: SyncMeasuresOptions): SyncMeasures {
  return {
    syncs: async (lastMinutes) => countsIn(await read(options, syncQueries(options), lastMinutes)),
    users: async (lastDays) => latestIn(await read(options, userQueries(options), lastDays * DAY_MINUTES)),
  };
}

function syncQueries({ functionNames, ...own }: SyncMeasuresOptions): MetricDataQuery[] {
  const invoked = functionNames.map((name) => metric('AWS/Lambda', 'Invocations', { FunctionName: name }));
  const refused = [ours(own, 'AuthDenied'), ours(own, 'WebhookRejected')];
  const failed = PATHS.map((path) => ours(own, 'SyncFailed', { Path: path }));
  return [...queries('invocations', invoked), ...queries('refused', refused), ...queries('failed', failed)];
}

function queries(group: keyof SyncCounts, metrics: readonly Metric[]): MetricDataQuery[] {
  return metrics.map((each, position) => query(`${group}${position}`, each, 'Sum'));
}

/** Two runs that end within a minute: the larger numbers stand. */
function userQueries(options: SyncMeasuresOptions): MetricDataQuery[] {
  return [
    query('clerk', ours(options, 'ClerkUsers'), 'Maximum'),
    query('stored', ours(options, 'StoredUsers'), 'Maximum'),
  ];
}

function query(Id: string, Metric: Metric, Stat: 'Sum' | 'Maximum'): MetricDataQuery {
  return { Id, MetricStat: { Metric, Period: PERIOD_S, Stat } };
}

function ours(
  { stackName }: Pick<SyncMeasuresOptions, 'stackName'>,
  name: MetricName,
  dimensions: Readonly<Record<string, string>> = {},
): Metric {
  return metric(METRIC_NAMESPACE, name, { [STACK_DIMENSION]: stackName, ...dimensions });
}

function metric(Namespace: string, MetricName: string, dimensions: Readonly<Record<string, string>>): Metric {
  const Dimensions = Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
  return { Namespace, MetricName, Dimensions };
}

/** @throws MeasuresUnavailable also for an answer that is not whole: a sum over a part of it would look like calm */
async function read(
  { client, clock }: SyncMeasuresOptions,
  MetricDataQueries: MetricDataQuery[],
  lastMinutes: number,
): Promise<readonly MetricDataResult[]> {
  const now = clock.now();
  const from = now - (now % MINUTE_MS) - (lastMinutes - 1) * MINUTE_MS;
  const command = new GetMetricDataCommand({
    StartTime: new Date(from),
    EndTime: new Date(now),
    ScanBy: 'TimestampDescending',
    MetricDataQueries,
  });
  const { MetricDataResults: results = [], NextToken } = await client.send(command).catch((cause: unknown) => {
    const name = cause instanceof Error ? cause.name : typeof cause;
    throw new MeasuresUnavailable(`CloudWatch did not answer GetMetricData (${name}).`, { cause });
  });
  const isWhole = results.length === MetricDataQueries.length && results.every(isComplete);
  if (isWhole && NextToken === undefined) return results;
  throw new MeasuresUnavailable('CloudWatch answered GetMetricData in part.');
}

function isComplete({ StatusCode }: MetricDataResult): boolean {
  return StatusCode === 'Complete';
}

function countsIn(results: readonly MetricDataResult[]): SyncCounts {
  const total = (group: keyof SyncCounts): number =>
    results
      .filter(({ Id = '' }) => Id.startsWith(group))
      .flatMap(({ Values = [] }) => Values)
      .reduce((sum, value) => sum + value, 0);
  return { invocations: total('invocations'), refused: total('refused'), failed: total('failed') };
}

/** The latest minute that has both numbers. */
function latestIn(results: readonly MetricDataResult[]): UserCounts | undefined {
  const [clerk, stored] = ['clerk', 'stored'].map((id) => valuesByTime(results.find(({ Id }) => Id === id)));
  const asOf = Math.max(...[...(clerk?.keys() ?? [])].filter((time) => stored?.has(time)));
  const [clerkUsers, storedUsers] = [clerk?.get(asOf), stored?.get(asOf)];
  return clerkUsers === undefined || storedUsers === undefined ? undefined : { clerkUsers, storedUsers, asOf };
}

function valuesByTime({ Timestamps = [], Values = [] }: MetricDataResult = {}): ReadonlyMap<number, number> {
  return new Map(Timestamps.map((time, position) => [time.getTime(), Values[position] ?? Number.NaN]));
}
