import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { withDurableExecution } from '@aws/durable-execution-sdk-js';
import { clerkPace } from '../../shared/adapters/clerk/call-allowance.ts';
import { paced } from '../../shared/adapters/clerk/paced.ts';
import { createUserDirectory } from '../../shared/adapters/clerk/user-directory.ts';
import { withRetries } from '../../shared/adapters/clerk/with-retries.ts';
import { createLog } from '../../shared/adapters/cloudwatch/log.ts';
import { createPutMetricData } from '../../shared/adapters/cloudwatch/put-metric-data.ts';
import { createDynamoDbClient } from '../../shared/adapters/dynamodb/client.ts';
import { createDynamoDbInstanceStore } from '../../shared/adapters/dynamodb/instance-store.ts';
import { createDynamoDbLeaseStore } from '../../shared/adapters/dynamodb/lease-store.ts';
import { createDynamoDbQuarantine } from '../../shared/adapters/dynamodb/quarantine.ts';
import { createDynamoDbRosterStore } from '../../shared/adapters/dynamodb/roster-store.ts';
import { createDynamoDbRunStore } from '../../shared/adapters/dynamodb/run-store.ts';
import { createDynamoDbUserStore } from '../../shared/adapters/dynamodb/user-store.ts';
import { createDynamoDbWatermarkStore } from '../../shared/adapters/dynamodb/watermark-store.ts';
import { pick } from '../../shared/adapters/secrets/secrets.ts';
import { systemClock as clock } from '../../shared/adapters/system/clock.ts';
import { createSystemRandom } from '../../shared/adapters/system/random.ts';
import { systemTimers as timers } from '../../shared/adapters/system/timers.ts';
import { parseReconcilerConfig } from '../../shared/config/config.ts';
import type { ReconcileDependencies } from '../../shared/sync/reconcile/dependencies.ts';
import { RECONCILE_LIMITS as limits } from '../../shared/sync/reconcile/dependencies.ts';
import { clerkSecrets } from '../wiring/clerk-secrets.ts';
import { reconcile } from './reconcile.ts';

const config = parseReconcilerConfig(process.env);
const { tableName, stackName, clerkApiUrl, clerkShare, returningUser, roster, secrets: location } = config;
const { retentionDays: days } = config;
const log = createLog({ service: 'reconciler', level: config.logLevel });
const random = createSystemRandom();

const key = pick(clerkSecrets(location, { clock, timers }), ({ secretKey }) => secretKey);

// A page of 500 users takes Clerk a second or two. A call that Clerk refuses for its rate limit is repeated while a chunk
// can afford to wait, and so do the others wait for their turn; beyond that the durable execution waits, which costs nothing.
const maxWaitMs = 15_000;
const clerk = createUserDirectory({
  apiUrl: clerkApiUrl,
  secretKey: () => key.current(),
  rereadSecretKey: () => key.reread(),
  timers,
  timeoutMs: 10_000,
});
const callsPerSecond = clerkPace(() => key.current(), clerkShare);
const directory = withRetries(paced(clerk, { clock, timers, callsPerSecond, longestPauseMs: maxWaitMs }), {
  timers,
  random,
  clock,
  maxWaitMs,
});

// Nobody waits for a run, and its listing alone makes hundreds of calls: one that is throttled must not end it.
const client = createDynamoDbClient({ requestTimeoutMs: 2_000, connectionTimeoutMs: 1_000, maxAttempts: 5 });
const table = { client, tableName, clock };
const quarantine = createDynamoDbQuarantine(table);

const deps: ReconcileDependencies = {
  store: createDynamoDbUserStore(table),
  returningUser,
  // Also where nobody is linked any more: an erasure lets go of links of before.
  roster: { store: createDynamoDbRosterStore(table), isOn: roster !== undefined, cohort: roster?.cohort ?? {} },
  runs: createDynamoDbRunStore(table),
  lease: createDynamoDbLeaseStore(table),
  instance: createDynamoDbInstanceStore(table),
  watermark: createDynamoDbWatermarkStore(table),
  directory,
  metrics: createPutMetricData({ client: new CloudWatchClient({}), stackName, log }),
  clock,
  timers,
  random,
  log,
  limits,
  quarantine,
  ...(days !== undefined && { retention: { days, quarantine } }),
};

export const handler = withDurableExecution((event: unknown, context) => reconcile(event, context, deps));
