import { GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { Webhook } from 'svix';
import { USER_EVENTS } from '../../../shared/names/webhook-events.ts';
import { METRIC_NAMESPACE, STACK_DIMENSION } from '../../../shared/names/metrics.ts';
import { apiUrl, ask } from '../api.ts';
import type { Answered } from '../api.ts';
import type { Check, Finding } from '../finding.ts';
import { failed, ok, skipped } from '../finding.ts';
import type { Patient } from '../patient.ts';
import { LOOK_BACK_DAYS, recentRuns } from '../recent-runs.ts';
import { secretNamed } from '../secret-named.ts';

/** Whether events would come in, and nothing that is none. */
export const WEBHOOK_CHECKS: readonly Check[] = [
  { name: 'webhook-secrets', examine: webhookSecrets },
  { name: 'webhook-delivery', examine: delivery },
  { name: 'webhook-forgery', examine: forgery },
  { name: 'webhook-events', examine: events },
];

async function webhookSecrets(patient: Patient): Promise<Finding> {
  const { webhookSecrets: secrets } = await patient.secrets();
  if (!secrets.ok) return failed(secrets.error.message, `Correct the field webhookSecrets of ${secretNamed(patient)}.`);
  const count = secrets.value.length;
  return ok(count === 1 ? 'one, long enough' : `${count}, each long enough: a rotation is under way`);
}

/** Of no type that Clerk has: it is counted as unknown, and changes nothing. */
const HARMLESS = { object: 'event', type: 'clerk-dynamodb-sync.doctor', data: {} };

/** Signed as Svix does, once with each secret. */
async function delivery(patient: Patient): Promise<Finding> {
  const { webhookSecrets: secrets } = await patient.secrets();
  if (!secrets.ok) return skipped('the signing secrets cannot be used');
  for (const [position, secret] of secrets.value.entries()) {
    const answered = await deliver(patient, secret, position);
    if (answered.status !== 200) return refused(answered, position + 1, patient);
  }
  return ok(`a signed event was taken at ${webhookUrl(patient)}`);
}

function deliver(patient: Patient, secret: string, position: number): Promise<Answered> {
  const sentAt = new Date(patient.clock.now());
  const body = JSON.stringify({ ...HARMLESS, timestamp: sentAt.getTime() });
  const id = `msg_doctor_${sentAt.getTime()}_${position}`;
  const headers = {
    'content-type': 'application/json',
    'svix-id': id,
    'svix-timestamp': String(Math.floor(sentAt.getTime() / 1_000)),
    'svix-signature': new Webhook(secret).sign(id, sentAt, body),
  };
  return ask(webhookUrl(patient), { method: 'POST', body, headers });
}

function refused({ status }: Answered, position: number, patient: Patient): Finding {
  const detail = `an event signed with secret ${position} was answered ${status} at ${webhookUrl(patient)}`;
  if (status === 400) {
    return failed(
      detail,
      'The function does not know this secret. It reads the secret again within 30 seconds: try again. Else this address ' +
        'belongs to another stack, or a clock is off by more than five minutes.',
    );
  }
  if (status >= 500) {
    return failed(detail, "The function's log says why: see “The webhook answers 503” in docs/runbook.md.");
  }
  return failed(detail, 'This is not the webhook: give the address where the API is reached with --api URL.');
}

async function forgery(patient: Patient): Promise<Finding> {
  const headers = { 'content-type': 'application/json' };
  const { status } = await ask(webhookUrl(patient), { method: 'POST', body: JSON.stringify(HARMLESS), headers });
  if (status === 400) return ok('an event without a signature was refused with 400');
  return failed(
    `an event without a signature was answered ${status} at ${webhookUrl(patient)}`,
    status === 200
      ? 'Whatever answers there believes anybody. Point Clerk at the output WebhookUrl of this stack at once.'
      : 'This is not the webhook, or it does not work: see the check webhook-delivery.',
  );
}

const DAY_S = 86_400;

/** Clerk's Backend API lists no endpoints and no subscriptions: only what arrived can tell. */
async function events(patient: Patient): Promise<Finding> {
  const received = await receivedByType(patient);
  const missing = USER_EVENTS.filter((_, position) => received[position] === 0);
  const fix =
    `In Clerk, under Webhooks, the endpoint must be ${webhookUrl(patient)} and subscribe to ${USER_EVENTS.join(', ')}; Clerk's API ` +
    'does not tell. Then change a user there and try again.';
  if (missing.length === 0) return ok(`all three types have arrived within ${LOOK_BACK_DAYS} days`);
  if (missing.length < USER_EVENTS.length) {
    return skipped(
      `of ${missing.join(' and ')} none has arrived within ${LOOK_BACK_DAYS} days, which may be as it is`,
      fix,
    );
  }
  const repaired = await repairedByRuns(patient);
  return repaired === 0
    ? skipped(
        `no event has arrived within ${LOOK_BACK_DAYS} days, and runs have found nothing that one should have told`,
        fix,
      )
    : failed(`runs have repaired ${repaired} users within ${LOOK_BACK_DAYS} days, and no event has arrived`, fix);
}

async function receivedByType({ cloudWatch, config, clock }: Patient): Promise<readonly number[]> {
  const queries = USER_EVENTS.map((type, position) => ({
    Id: `type${position}`,
    MetricStat: {
      Metric: {
        Namespace: METRIC_NAMESPACE,
        MetricName: 'WebhookReceived',
        Dimensions: [
          { Name: STACK_DIMENSION, Value: config.stackName },
          { Name: 'Type', Value: type },
        ],
      },
      Period: DAY_S,
      Stat: 'Sum',
    },
  }));
  const { MetricDataResults: results = [] } = await cloudWatch.send(
    new GetMetricDataCommand({
      StartTime: new Date(clock.now() - LOOK_BACK_DAYS * DAY_S * 1_000),
      EndTime: new Date(clock.now()),
      MetricDataQueries: queries,
    }),
  );
  return queries.map(({ Id: id }) => sum(results.find(({ Id }) => Id === id)?.Values ?? []));
}

async function repairedByRuns(patient: Patient): Promise<number> {
  const runs = await recentRuns(patient);
  return sum(
    runs.filter(({ dryRun }) => !dryRun).map(({ counts }) => counts.created + counts.updated + counts.deleted),
  );
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}

/** The stack's own path, wherever its API is reached. */
function webhookUrl(patient: Patient): string {
  return apiUrl(patient, new URL(patient.outputs['WebhookUrl'] ?? 'https://unknown/webhooks/clerk').pathname);
}
