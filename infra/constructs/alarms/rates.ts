import { Duration } from 'aws-cdk-lib';
import { MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import { USER_EVENTS } from '../../../shared/names/webhook-events.ts';
import { sumOver } from './measures.ts';
import type { Watched } from './watched.ts';

const QUARTER = Duration.minutes(15);
const HOUR = Duration.hours(1);

/**
 * Failed syncs, of all attempts within a quarter of an hour, percent. An attempt is an invocation that was not turned away:
 * an unchanged request counts nothing itself, and junk must not hide an outage. One refused since the table was away is a
 * failure as well as a refusal, so that attempts are never fewer than failures.
 */
export function syncFailureRate({ measures, thresholds, ...watched }: Watched): IMetric {
  const over = sumOver(QUARTER);
  const functions = [...watched.authorizers, watched.webhook, watched.users];
  const invoked = named(
    'i',
    functions.map((lambda) => measures.ofFunction('Invocations', lambda, over)),
  );
  const refused = named('r', [measures.total('AuthDenied', over), measures.total('WebhookRejected', over)]);
  const failed = named('f', [
    measures.ofPath('SyncFailed', 'authorizer', over),
    measures.ofPath('SyncFailed', 'webhook', over),
    measures.ofPath('SyncFailed', 'on-demand', over),
  ]);
  const failures = `(${sumOf(failed)})`;
  const attempts = larger(`(${sumOf(invoked)} - (${sumOf(refused)}))`, failures);
  return rate(failures, attempts, thresholds.leastAttempts, { ...invoked, ...refused, ...failed }, QUARTER);
}

/** Webhook events that failed, of those that were signed by us, within an hour, percent. */
export function webhookFailureRate({ measures, thresholds, webhook }: Watched): IMetric {
  const over = sumOver(HOUR);
  const usingMetrics = {
    invoked: measures.ofFunction('Invocations', webhook, over),
    rejected: measures.total('WebhookRejected', over),
    failed: measures.ofPath('SyncFailed', 'webhook', over),
  };
  const attempts = larger('(FILL(invoked, 0) - FILL(rejected, 0))', 'FILL(failed, 0)');
  const share = `100 * FILL(failed, 0) / ${attempts}`;
  return new MathExpression({
    expression: `IF(FILL(failed, 0) >= ${thresholds.leastFailedEvents}, ${share}, 0)`,
    usingMetrics,
    period: HOUR,
    label: 'failed webhook events, percent',
  });
}

/** Requests that the API answered with 5xx, of those it did not turn away, within 5 minutes, percent. */
export function apiFailureRate({ measures, thresholds, api }: Watched): IMetric {
  const period = Duration.minutes(5);
  const over = sumOver(period);
  const usingMetrics = {
    all: measures.ofApi('Count', api, over),
    refused: measures.ofApi('4xx', api, over),
    failed: measures.ofApi('5xx', api, over),
  };
  return rate('FILL(failed, 0)', '(FILL(all, 0) - FILL(refused, 0))', thresholds.leastAttempts, usingMetrics, period);
}

/**
 * What runs repaired in a day in which Clerk sent nothing about a user: a change that a run finds is one that a webhook should
 * have brought. Svix disables an endpoint that has failed for five days, and tells the endpoint nothing. Events of other types
 * do not count: the doctor sends one, and an endpoint may be subscribed to what is no use here.
 */
export function repairedInSilence({ measures }: Watched): IMetric {
  const period = Duration.days(1);
  const over = sumOver(period);
  const repaired = named('r', [
    measures.ofPath('SyncCreated', 'reconciler', over),
    measures.ofPath('SyncUpdated', 'reconciler', over),
    measures.ofPath('SyncDeleted', 'reconciler', over),
  ]);
  const events = named(
    'e',
    USER_EVENTS.map((type) => measures.withDimension('WebhookReceived', 'Type', type, over)),
  );
  return new MathExpression({
    expression: `IF((${sumOf(events)}) == 0, ${sumOf(repaired)}, 0)`,
    usingMetrics: { ...repaired, ...events },
    period,
    label: 'users repaired in a day without webhooks',
  });
}

function rate(
  failed: string,
  attempts: string,
  least: number,
  usingMetrics: Readonly<Record<string, IMetric>>,
  period: Duration,
): IMetric {
  return new MathExpression({
    expression: `IF(${attempts} >= ${least}, 100 * ${failed} / ${attempts}, 0)`,
    usingMetrics: { ...usingMetrics },
    period,
    label: 'failed, percent',
  });
}

function named(letter: string, metrics: readonly IMetric[]): Record<string, IMetric> {
  return Object.fromEntries(metrics.map((metric, index) => [`${letter}${index}`, metric]));
}

/** CloudWatch's `MAX` takes series, not expressions. */
function larger(a: string, b: string): string {
  return `IF(${a} > ${b}, ${a}, ${b})`;
}

/** Nothing emitted is nothing happened. */
function sumOf(metrics: Readonly<Record<string, IMetric>>): string {
  return Object.keys(metrics)
    .map((id) => `FILL(${id}, 0)`)
    .join(' + ');
}
