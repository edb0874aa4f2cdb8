import { Duration } from 'aws-cdk-lib';
import { MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import { maximumOver, sumOver } from './measures.ts';
import { apiFailureRate, repairedInSilence, syncFailureRate, webhookFailureRate } from './rates.ts';
import type { AlarmSpecification, Watched } from './watched.ts';

const ONE = Duration.minutes(1);
const FIVE = Duration.minutes(5);
const QUARTER = Duration.minutes(15);
const HOUR = Duration.hours(1);

/** Every alarm, in the order of the runbook. */
export function alarmSpecifications(watched: Watched): readonly AlarmSpecification[] {
  return [
    ...ofSyncs(watched),
    ...ofLostEvents(watched),
    ...ofRuns(watched),
    ...ofRequests(watched),
    ...ofFailures(watched),
  ];
}

function ofSyncs(watched: Watched): AlarmSpecification[] {
  const { measures, thresholds } = watched;
  return [
    {
      id: 'SyncFailures',
      impact: 'Users are let in with what their token says, or refused: changes of them do not reach the table.',
      section: 'syncs-fail',
      metric: syncFailureRate(watched),
      ...above(thresholds.syncFailurePercent),
    },
    {
      id: 'WebhookFailures',
      impact: 'Changes and deletions arrive late: Svix sends them again, for a day.',
      section: 'webhooks-fail',
      metric: webhookFailureRate(watched),
      ...above(thresholds.webhookFailurePercent),
    },
    {
      id: 'SyncLag',
      impact: 'Applications see users as they were a while ago.',
      section: 'webhooks-are-late',
      metric: measures.ofPath('SyncLag', 'webhook', { statistic: 'p99', period: QUARTER }),
      ...above(thresholds.lagSeconds * 1_000),
    },
  ];
}

/** What webhooks that do not arrive, or cannot be applied, lead to. */
function ofLostEvents({ measures, thresholds }: Watched): AlarmSpecification[] {
  return [
    {
      id: 'AutoSyncs',
      impact: 'First requests wait for Clerk and use up its rate limit: webhooks of new users do not arrive.',
      section: 'many-users-are-fetched-by-requests',
      metric: measures.total('AutoSync', sumOver(HOUR)),
      ...above(thresholds.autoSyncs),
    },
    {
      id: 'QuarantineNotEmpty',
      impact: 'A change of a user is missing until somebody looks at it or the next full run comes by.',
      section: 'an-event-is-in-quarantine',
      // Short: whoever dismisses an event minutes after it came must not have the two counts in one period, since none follows.
      metric: measures.total('QuarantineSize', maximumOver(ONE)),
      ...above(0),
      silence: 'same',
    },
  ];
}

function ofRuns(watched: Watched): AlarmSpecification[] {
  const { measures, thresholds, hasFullRuns } = watched;
  return [
    {
      id: 'CountDiscrepancy',
      impact: 'Users are missing from the table, or deleted ones still in it.',
      section: 'the-counts-differ',
      metric: measures.total('UserCountDiscrepancy', maximumOver(FIVE)),
      ...above(thresholds.countDiscrepancy),
      silence: 'same',
    },
    {
      id: 'DriftWithoutWebhooks',
      impact: 'Changes reach the table only by the nightly run: Svix has probably disabled the endpoint.',
      section: 'runs-repair-while-no-webhook-arrives',
      metric: repairedInSilence(watched),
      ...above(0),
    },
    {
      id: 'ReconcileFailed',
      impact: 'What webhooks lost stays lost until a run succeeds.',
      section: 'a-run-failed',
      metric: measures.total('ReconcileFailed', maximumOver(FIVE)),
      ...above(0),
      silence: 'same',
    },
    ...(hasFullRuns ? [noFullRun(measures.total('ReconcileDuration', counted()), thresholds.fullRunHours)] : []),
    {
      id: 'DeletionsHeld',
      impact: 'Users who are gone from Clerk are still let in by the mirror, until somebody decides.',
      section: 'a-run-was-held',
      metric: measures.total('DeletionsHeld', maximumOver(FIVE)),
      ...above(0),
      silence: 'same',
    },
  ];
}

function counted(): { statistic: 'SampleCount'; period: Duration } {
  return { statistic: 'SampleCount', period: HOUR };
}

function noFullRun(metric: IMetric, hours: number): AlarmSpecification {
  return {
    id: 'NoFullRun',
    impact: 'Nobody has compared all users lately: drift that no event tells of grows unseen.',
    section: 'no-full-run-for-a-day',
    metric,
    comparison: 'below',
    threshold: 1,
    periods: hours,
    silence: 'bad',
  };
}

function ofRequests(watched: Watched): AlarmSpecification[] {
  const { measures, thresholds, authorizers } = watched;
  const throttles = authorizers.map((lambda) => measures.ofFunction('Throttles', lambda, sumOver(FIVE)));
  const [syncing] = authorizers;
  return [
    {
      id: 'ApiErrors',
      impact: 'Signed-in users get errors: the authorizer or a function behind the API fails.',
      section: 'the-api-answers-with-errors',
      metric: apiFailureRate(watched),
      ...above(thresholds.apiFailurePercent),
    },
    {
      id: 'AuthorizerThrottled',
      impact: 'Signed-in users get 500: no process is free to look at their token.',
      section: 'the-authorizer-is-throttled',
      metric: summed(throttles, FIVE),
      ...above(0),
    },
    ...(syncing
      ? [
          {
            id: 'AuthorizerSlow',
            impact: 'Every request takes longer.',
            section: 'the-authorizer-is-slow',
            metric: measures.ofFunction('Duration', syncing, { statistic: 'p99', period: FIVE }),
            ...above(thresholds.authorizerMs),
            periods: 3,
          },
        ]
      : []),
  ];
}

function ofFailures({ measures, thresholds, streamFunctions, ...queues }: Watched): AlarmSpecification[] {
  const ages = streamFunctions.map((lambda) => measures.ofFunction('IteratorAge', lambda, maximumOver(FIVE)));
  return [
    {
      id: 'ChangesLate',
      impact: 'Whoever waits for an email or a username goes on waiting; subscribers hear of changes late.',
      section: 'changes-are-late',
      metric: largest(ages, FIVE),
      ...above(thresholds.streamAgeMinutes * 60_000),
    },
    {
      id: 'ChangesGivenUp',
      impact: 'Changes of users were not told to subscribers, or a conflict of names waits for the next run.',
      section: 'changes-wait-in-the-change-streams-failure-queue',
      metric: measures.waiting(queues.streamFailures, maximumOver(FIVE)),
      ...above(0),
      silence: 'same',
    },
    {
      id: 'RunsGivenUp',
      impact: 'A run that was to begin has not, or has come to nothing.',
      section: 'the-reconcilers-failure-queue-is-not-empty',
      metric: measures.waiting(queues.reconcilerFailures, maximumOver(FIVE)),
      ...above(0),
      silence: 'same',
    },
  ];
}

function above(threshold: number): Pick<AlarmSpecification, 'comparison' | 'threshold' | 'silence'> {
  return { comparison: 'above', threshold, silence: 'fine' };
}

function summed(metrics: readonly IMetric[], period: Duration): IMetric {
  return combined(metrics, period, (ids) => ids.map((id) => `FILL(${id}, 0)`).join(' + '));
}

function largest(metrics: readonly IMetric[], period: Duration): IMetric {
  return combined(metrics, period, (ids) => `MAX([${ids.join(', ')}])`);
}

function combined(metrics: readonly IMetric[], period: Duration, expressionOf: (ids: string[]) => string): IMetric {
  const [first] = metrics;
  if (first && metrics.length === 1) return first;
  const usingMetrics = Object.fromEntries(metrics.map((metric, index) => [`m${index}`, metric]));
  return new MathExpression({ expression: expressionOf(Object.keys(usingMetrics)), usingMetrics, period });
}
