import { Duration } from 'aws-cdk-lib';
import { Dashboard, GraphWidget, PeriodOverride, SingleValueWidget, TextWidget } from 'aws-cdk-lib/aws-cloudwatch';
import type { IMetric, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { Function } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { METRIC_PATHS } from '../../../shared/names/metrics.ts';
import type { MetricName, MetricPath } from '../../../shared/names/metrics.ts';
import type { Measures } from './measures.ts';
import { maximumOver, sumOver } from './measures.ts';
import { syncFailureRate, webhookFailureRate } from './rates.ts';
import { ALARM_THRESHOLDS } from './thresholds.ts';
import type { Watched } from './watched.ts';

export interface SyncDashboardProps extends Omit<Watched, 'thresholds'> {
  readonly name: string;
  readonly functions: readonly Function[];
  readonly table: Pick<ITable, 'tableName' | 'metricConsumedReadCapacityUnits' | 'metricConsumedWriteCapacityUnits'>;
}

const FIVE = Duration.minutes(5);
const HOUR = Duration.hours(1);
const OUTCOMES: readonly MetricName[] = [
  'SyncCreated',
  'SyncUpdated',
  'SyncDeleted',
  'SyncRestored',
  'SyncStale',
  'SyncFailed',
];

/** One page for the one on call: what came of syncs, how late they are, whether Clerk and table agree, and how AWS's parts do. */
export class SyncDashboard extends Construct {
  constructor(scope: Construct, id: string, props: SyncDashboardProps) {
    super(scope, id);
    const watched = { ...props, thresholds: ALARM_THRESHOLDS };
    new Dashboard(this, 'Dashboard', {
      dashboardName: props.name,
      periodOverride: PeriodOverride.INHERIT,
      widgets: [
        [
          new TextWidget({
            markdown: '# clerk-dynamodb-sync\nUsers who live in Clerk, mirrored in DynamoDB.',
            width: 24,
            height: 2,
          }),
        ],
        counts(props.measures),
        outcomes(props.measures),
        delays(watched),
        refusals(props.measures),
        runs(props.measures),
        parts(props),
        ofTheTable(props),
      ],
    });
  }
}

function counts(measures: Measures): SingleValueWidget[] {
  const latest = (name: MetricName): IMetric => measures.total(name, maximumOver(HOUR));
  return [
    new SingleValueWidget({
      title: 'When a run last compared them',
      width: 24,
      metrics: [
        latest('ClerkUsers'),
        latest('StoredUsers'),
        latest('UserCountDiscrepancy'),
        latest('DeletionsHeld'),
        latest('QuarantineSize'),
      ],
    }),
  ];
}

function outcomes(measures: Measures): GraphWidget[] {
  return METRIC_PATHS.map(
    (path) =>
      new GraphWidget({
        title: `Outcomes: ${path}`,
        width: 8,
        left: OUTCOMES.map((name) => labelled(measures.ofPath(name, path, sumOver(FIVE)), name)),
      }),
  );
}

function delays(watched: Watched): GraphWidget[] {
  const lag = (path: MetricPath, statistic: 'p50' | 'p99'): IMetric =>
    labelled(watched.measures.ofPath('SyncLag', path, { statistic, period: FIVE }), `${path} ${statistic}`);
  return [
    new GraphWidget({
      title: "From Clerk's change to the table, ms",
      width: 12,
      left: (['webhook', 'authorizer', 'reconciler'] as const).flatMap((path) => [lag(path, 'p50'), lag(path, 'p99')]),
    }),
    new GraphWidget({
      title: 'Failures, percent',
      width: 12,
      left: [syncFailureRate(watched), webhookFailureRate(watched)],
    }),
  ];
}

function refusals(measures: Measures): GraphWidget[] {
  const sums = (...names: MetricName[]): IMetric[] =>
    names.map((name) => labelled(measures.total(name, sumOver(FIVE)), name));
  return [
    new GraphWidget({ title: 'Turned away', width: 8, left: sums('AuthDenied', 'AdminDenied', 'WebhookRejected') }),
    new GraphWidget({
      title: 'Webhooks',
      width: 8,
      left: [
        ...sums('WebhookReceived', 'WebhookQuarantined'),
        ...['1', '2'].map((secret) =>
          labelled(measures.withDimension('WebhookSecretMatched', 'Secret', secret, sumOver(FIVE)), `secret ${secret}`),
        ),
      ],
    }),
    new GraphWidget({
      title: 'Fetched by requests, and names in conflict',
      width: 8,
      left: sums('AutoSync', 'EmailConflict', 'UsernameConflict'),
    }),
  ];
}

function runs(measures: Measures): GraphWidget[] {
  const over = maximumOver(HOUR);
  return [
    new GraphWidget({
      title: 'Full runs, ms',
      width: 12,
      left: [measures.total('ReconcileDuration', over)],
      right: [measures.total('ReconcileFailed', over)],
    }),
    new GraphWidget({ title: 'Drift', width: 12, left: [measures.total('DriftFound', sumOver(HOUR))] }),
  ];
}

function parts({ measures, functions, api }: SyncDashboardProps): GraphWidget[] {
  const ofAll = (name: 'Errors' | 'Throttles' | 'Duration'): IMetric[] =>
    functions.map((lambda) =>
      measures.ofFunction(name, lambda, name === 'Duration' ? { statistic: 'p99', period: FIVE } : sumOver(FIVE)),
    );
  return [
    new GraphWidget({
      title: 'Lambda: errors and throttles',
      width: 8,
      left: [...ofAll('Errors'), ...ofAll('Throttles')],
    }),
    new GraphWidget({ title: 'Lambda: p99 duration, ms', width: 8, left: ofAll('Duration') }),
    new GraphWidget({
      title: 'API',
      width: 8,
      left: (['Count', '4xx', '5xx'] as const).map((name) => measures.ofApi(name, api, sumOver(FIVE))),
    }),
  ];
}

function ofTheTable({ measures, table }: SyncDashboardProps): GraphWidget[] {
  const p99 = { statistic: 'p99', period: FIVE } as const;
  return [
    new GraphWidget({
      title: 'Table: units consumed',
      width: 8,
      left: [
        table.metricConsumedReadCapacityUnits({ period: FIVE }),
        table.metricConsumedWriteCapacityUnits({ period: FIVE }),
      ],
    }),
    new GraphWidget({
      title: 'Table: throttled',
      width: 8,
      left: (['ReadThrottleEvents', 'WriteThrottleEvents'] as const).map((name) =>
        measures.ofTable(name, table, sumOver(FIVE)),
      ),
    }),
    new GraphWidget({
      title: 'Table: p99 latency, ms',
      width: 8,
      left: (['GetItem', 'UpdateItem', 'TransactWriteItems', 'Query'] as const).map((operation) =>
        labelled(measures.latencyOf(operation, table, p99), operation),
      ),
    }),
  ];
}

function labelled(metric: Metric, label: string): IMetric {
  return metric.with({ label });
}
