import { readStackFile } from '../../infra/local/stack-file.ts';
import { clerkPace } from '../../shared/adapters/clerk/call-allowance.ts';
import { paced } from '../../shared/adapters/clerk/paced.ts';
import { createUserDirectory } from '../../shared/adapters/clerk/user-directory.ts';
import { parseWebhookEvent as parse } from '../../shared/adapters/clerk/webhook-event.ts';
import { createDynamoDbClient } from '../../shared/adapters/dynamodb/client.ts';
import { createDynamoDbInstanceStore } from '../../shared/adapters/dynamodb/instance-store.ts';
import { createDynamoDbLeaseStore } from '../../shared/adapters/dynamodb/lease-store.ts';
import { createDynamoDbQuarantine } from '../../shared/adapters/dynamodb/quarantine.ts';
import { createDynamoDbRosterStore } from '../../shared/adapters/dynamodb/roster-store.ts';
import { createDynamoDbRunStore } from '../../shared/adapters/dynamodb/run-store.ts';
import { createDynamoDbUserStore } from '../../shared/adapters/dynamodb/user-store.ts';
import { createDynamoDbWatermarkStore } from '../../shared/adapters/dynamodb/watermark-store.ts';
import { createMemoryLog } from '../../shared/adapters/memory/log.ts';
import { systemClock as clock } from '../../shared/adapters/system/clock.ts';
import { createSystemRandom } from '../../shared/adapters/system/random.ts';
import { systemTimers as timers } from '../../shared/adapters/system/timers.ts';
import type { ReconcilerConfig } from '../../shared/config/config.ts';
import type { InstanceStore } from '../../shared/ports/instance-store.ts';
import type { LeaseStore } from '../../shared/ports/lease-store.ts';
import type { Metrics } from '../../shared/ports/metrics.ts';
import type { RunStore } from '../../shared/ports/run-store.ts';
import type { UserDirectory } from '../../shared/ports/user-directory.ts';
import type { WatermarkStore } from '../../shared/ports/watermark-store.ts';
import type { EventDependencies } from '../../shared/sync/events/dependencies.ts';
import type { Retention } from '../../shared/sync/reconcile/dependencies.ts';
import { findDeployment } from './deployment.ts';

/** What the functions of a stack work on, for a command that works on it beside them. */
export interface Mirror extends EventDependencies {
  readonly instance: InstanceStore;
  readonly runs: RunStore;
  readonly lease: LeaseStore;
  readonly retention?: Retention;
  readonly watermark: WatermarkStore;
  close(): void;
}

/** A run over millions of users must not keep what nobody will read. */
const WITHOUT_METRICS: Metrics = { record: () => undefined, flush: () => Promise.resolve() };

/** A person waits, and can start the command again. */
const TABLE_LIMITS = { requestTimeoutMs: 2_000, connectionTimeoutMs: 1_000, maxAttempts: 3 };
const CLERK_LIMIT_MS = 5_000;

/** Of what the stand-in allows; nobody else needs much of it. */
const LOCAL_SHARE = 0.5;

/**
 * Connects to a deployed stack with the caller's AWS credentials, or to the local cloud that runs in this directory. What the
 * command counts and logs ends with it: it says itself what it has done.
 *
 * @param where.stack the name of a CloudFormation stack; undefined for the local cloud
 * @param where.stackFile `.local/stack.json`
 * @throws Error that says what to do where there is none
 */
export async function connectToMirror(where: { stack: string | undefined; stackFile: string }): Promise<Mirror> {
  return where.stack === undefined ? connectLocally(where.stackFile) : connectToDeployment(where.stack);
}

async function connectToDeployment(stack: string): Promise<Mirror> {
  const { clerkApiUrl, clerkShare, secretKey, ...settings } = await findDeployment(stack, { clock, timers });
  const directory = createUserDirectory({
    apiUrl: clerkApiUrl,
    secretKey: () => secretKey.current(),
    rereadSecretKey: () => secretKey.reread(),
    timers,
    timeoutMs: CLERK_LIMIT_MS,
  });
  return mirrorOf({
    ...settings,
    client: createDynamoDbClient(TABLE_LIMITS),
    directory: paced(directory, { clock, timers, callsPerSecond: clerkPace(() => secretKey.current(), clerkShare) }),
  });
}

function connectLocally(stackFile: string): Mirror {
  const { clerk: apiUrl, secretKey, dynamodb: endpoint, region, tableName } = readStackFile(stackFile);
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const directory = createUserDirectory({ apiUrl, secretKey: () => secretKey, timers, timeoutMs: CLERK_LIMIT_MS });
  return mirrorOf({
    client: createDynamoDbClient(TABLE_LIMITS, { endpoint, region, credentials }),
    tableName,
    // As the local cloud has it, unless somebody synthesises it otherwise: then a user comes back with her next event.
    returningUser: 'fresh',
    roster: { cohort: {} },
    retentionDays: 30,
    directory: paced(directory, { clock, timers, callsPerSecond: clerkPace(() => secretKey, LOCAL_SHARE) }),
  });
}

interface MirrorParts extends Pick<ReconcilerConfig, 'tableName' | 'returningUser' | 'roster' | 'retentionDays'> {
  readonly client: ReturnType<typeof createDynamoDbClient>;
  readonly directory: UserDirectory;
}

function mirrorOf({ client, tableName, returningUser, roster, retentionDays: days, directory }: MirrorParts): Mirror {
  const table = { client, tableName, clock };
  const quarantine = createDynamoDbQuarantine(table);
  return {
    store: createDynamoDbUserStore(table),
    quarantine,
    ...(days !== undefined && { retention: { days, quarantine } }),
    runs: createDynamoDbRunStore(table),
    lease: createDynamoDbLeaseStore(table),
    instance: createDynamoDbInstanceStore(table),
    watermark: createDynamoDbWatermarkStore(table),
    directory,
    parse,
    returningUser,
    // An erasure lets go of links of before also where nobody is linked any more.
    roster: { store: createDynamoDbRosterStore(table), isOn: roster !== undefined, cohort: roster?.cohort ?? {} },
    clock,
    timers,
    random: createSystemRandom(),
    metrics: WITHOUT_METRICS,
    log: createMemoryLog(),
    close: () => client.destroy(),
  };
}
