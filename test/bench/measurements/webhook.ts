import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { webhookEvent } from '../events.ts';
import { atMost } from '../measurement.ts';
import type { Contestant, Measurement, Sample } from '../measurement.ts';
import { claimTable } from '../mirrors.ts';
import type { SubjectProcess } from '../process/subject-process.ts';
import { PARTS, WEBHOOK, WEBHOOK_AGAIN } from '../subjects.ts';
import type { Subject } from '../subjects.ts';
import type { Issuer } from '../tokens.ts';
import { benchUser } from '../user.ts';
import type { World } from '../world.ts';
import { comparisonRows } from './comparison.ts';
import type { Comparison } from './comparison.ts';

const CHANGING = benchUser('user_changing');
const KNOWN = benchUser('user_known');
/** Events of one sample, and before the first: as of the authorizer's requests. */
const EVENTS = 30;
const WARM_UP = 1_200;

/** No two events tell the same, whoever gets them. */
let told = 0;

/** A user of the table has another name: one read of her, one write; whose table it is, is read once a minute. */
export const changedEvent: Measurement = webhookEvents({
  name: 'webhook',
  outcome: 'updated',
  events(issuer, count) {
    return Array.from({ length: count }, () => {
      told += 1;
      const change = { lastName: `Example ${told}`, updatedAt: CHANGING.updatedAt + told * 1_000 };
      return webhookEvent(issuer, 'user.updated', { ...CHANGING, ...change });
    });
  },
  comparisons: [{ subject: PARTS, target: atMost(1.1) }],
});

/** A new user: she is stored with her email and her username reserved, in one transaction. */
export const createdEvent: Measurement = webhookEvents({
  name: 'webhook.created',
  outcome: 'created',
  events(issuer, count) {
    return Array.from({ length: count }, () => {
      told += 1;
      return webhookEvent(issuer, 'user.created', benchUser(`user_new${told}`));
    });
  },
  comparisons: [],
});

/** An event that was applied before comes again: nothing is written. */
export const repeatedEvent: Measurement = webhookEvents({
  name: 'webhook.repeated',
  outcome: 'unchanged',
  events: (issuer, count) => Array<APIGatewayProxyEventV2>(count).fill(webhookEvent(issuer, 'user.created', KNOWN)),
  comparisons: [],
});

interface WebhookEvents {
  readonly name: string;
  /** What ours must answer to each. */
  readonly outcome: string;
  readonly events: (issuer: Issuer, count: number) => readonly APIGatewayProxyEventV2[];
  /** Beside the control. */
  readonly comparisons: readonly Comparison[];
}

function webhookEvents({ name, outcome, events, comparisons }: WebhookEvents): Measurement {
  const subjects = [WEBHOOK, WEBHOOK_AGAIN, ...comparisons.map(({ subject }) => subject)];
  return {
    name,
    seconds: { start: 8, round: 0.3 },
    rounds: (asked) => 3 * asked,
    async start(world) {
      const contestants: Contestant[] = [];
      for (const subject of subjects) {
        const started = await startWithUsers(world, subject);
        const sample = (count: number): Promise<Sample> => measured(started, events(world.issuer, count), outcome);
        await sample(WARM_UP);
        contestants.push({ name: subject.name, sample: () => sample(EVENTS) });
      }
      return contestants;
    },
    rows: (samples) => comparisonRows(samples, comparisons),
  };
}

async function startWithUsers({ host, issuer }: World, subject: Subject): Promise<SubjectProcess> {
  await claimTable(await host.tableOf(subject), issuer.instanceId);
  const mirror = await host.mirrorOf(subject);
  for (const user of [CHANGING, KNOWN]) await mirror.put(user);
  return host.start(subject);
}

/**
 * Per event, ms.
 * @throws when one came to anything else: something else than what is compared would have been measured
 */
async function measured(
  subject: SubjectProcess,
  events: readonly APIGatewayProxyEventV2[],
  outcome: string,
): Promise<Sample> {
  const expectedBody = JSON.stringify({ outcome });
  const { asExpected, invocations, job: usage, outcome: last } = await subject.run({ events, times: 1, expectedBody });
  if (asExpected < invocations)
    throw new Error(`Of ${invocations} events ${asExpected} were answered "${outcome}": ${JSON.stringify(last)}`);
  return { cpu: usage.cpu / invocations, wall: usage.wall / invocations };
}
