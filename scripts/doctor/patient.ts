import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { DescribeTableCommand, DynamoDBClient, ResourceNotFoundException } from '@aws-sdk/client-dynamodb';
import type { TableDescription } from '@aws-sdk/client-dynamodb';
import { createUserDirectory } from '../../shared/adapters/clerk/user-directory.ts';
import { createDynamoDbClient } from '../../shared/adapters/dynamodb/client.ts';
import { createDynamoDbInstanceStore } from '../../shared/adapters/dynamodb/instance-store.ts';
import { createDynamoDbQuarantine } from '../../shared/adapters/dynamodb/quarantine.ts';
import { createDynamoDbRunStore } from '../../shared/adapters/dynamodb/run-store.ts';
import type { CheckedSecrets } from '../../shared/adapters/secrets/parse-secrets.ts';
import { systemClock as clock } from '../../shared/adapters/system/clock.ts';
import { systemTimers as timers } from '../../shared/adapters/system/timers.ts';
import type { AuthorizerConfig } from '../../shared/config/config.ts';
import { parseConfig } from '../../shared/config/config.ts';
import type { InstanceStore } from '../../shared/ports/instance-store.ts';
import type { Quarantine } from '../../shared/ports/quarantine.ts';
import type { Run } from '../../shared/ports/run-store.ts';
import type { Clock, Timers } from '../../shared/ports/time.ts';
import type { Unreadable } from '../../shared/ports/unreadable.ts';
import type { UserDirectory } from '../../shared/ports/user-directory.ts';
import type { StackResource } from '../support/deployment.ts';
import { functionIn, PATIENCE, stackOutputs, stackResources, variablesOf } from '../support/deployment.ts';
import type { Place } from '../support/place.ts';
import { readSecrets } from './read-secrets.ts';
import { readRuns } from './recent-runs.ts';

/** What is examined: a stack, by what it says of itself. What takes a call is asked for once, by the first who needs it. */
export interface Patient {
  readonly place: Place;
  /** As the functions read it. */
  readonly config: AuthorizerConfig;
  readonly outputs: Readonly<Record<string, string>>;
  readonly resources: readonly StackResource[];
  readonly secrets: () => Promise<CheckedSecrets>;
  /** The instance that Clerk says the secret key belongs to. */
  readonly clerksInstance: () => Promise<string>;
  /** @returns undefined where there is no such table */
  readonly table: () => Promise<TableDescription | undefined>;
  readonly dynamodb: DynamoDBClient;
  readonly cloudWatch: CloudWatchClient;
  readonly directory: UserDirectory;
  readonly instance: InstanceStore;
  /** Of the last days, also those whose records cannot be read. */
  readonly recordedRuns: () => Promise<readonly (Run | Unreadable)[]>;
  readonly quarantine: Quarantine;
  readonly clock: Clock;
  readonly timers: Timers;
  close(): void;
}

const TABLE_LIMITS = { requestTimeoutMs: 5_000, connectionTimeoutMs: 3_000, maxAttempts: 2 };
const CLERK_LIMIT_MS = 10_000;

/**
 * Finds the stack and what its authorizer is configured with.
 * @throws Error that says what is missing and what to do, and ConfigInvalid
 */
export async function admit(place: Place): Promise<Patient> {
  const { stackName, aws } = place;
  const outputs = await stackOutputs(stackName, aws);
  const resources = await stackResources(stackName, aws);
  const variables = await variablesOf(functionIn(outputs, 'AuthorizerName', stackName), stackName, aws);
  return patientOf({ place, outputs, resources, config: parseConfig(variables) });
}

/** What is known of the patient before anything is asked. */
type Chart = Pick<Patient, 'place' | 'outputs' | 'resources' | 'config'>;

function patientOf(chart: Chart): Patient {
  const { place, config } = chart;
  const secrets = once(() => readSecrets(config.secrets, place.aws));
  const directory = createUserDirectory({
    apiUrl: config.clerkApiUrl,
    secretKey: async () => keyIn(await secrets()),
    timers,
    timeoutMs: CLERK_LIMIT_MS,
  });
  const client = createDynamoDbClient(TABLE_LIMITS, place.tables);
  const dynamodb = new DynamoDBClient({ ...PATIENCE, ...place.tables });
  const cloudWatch = new CloudWatchClient({ ...PATIENCE, ...place.aws });
  const access = { client, tableName: config.tableName, clock };
  return {
    ...chart,
    secrets,
    directory,
    dynamodb,
    cloudWatch,
    clerksInstance: once(() => directory.instanceId()),
    table: once(() => describeTable(dynamodb, config.tableName)),
    instance: createDynamoDbInstanceStore(access),
    recordedRuns: once(() => readRuns(createDynamoDbRunStore(access), clock)),
    quarantine: createDynamoDbQuarantine(access),
    clock,
    timers,
    close: () => [client, dynamodb, cloudWatch].forEach((each) => each.destroy()),
  };
}

/** @throws SecretInvalid */
function keyIn({ secretKey }: CheckedSecrets): string {
  if (secretKey.ok) return secretKey.value;
  throw secretKey.error;
}

async function describeTable(client: DynamoDBClient, TableName: string): Promise<TableDescription | undefined> {
  try {
    return (await client.send(new DescribeTableCommand({ TableName }))).Table;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
}

function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let asked: Promise<T> | undefined;
  return () => (asked ??= ask());
}
