import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { readStackFile } from '../../infra/local/stack-file.ts';
import type { ClientLimits } from '../../shared/adapters/dynamodb/client.ts';
import { createDynamoDbClient } from '../../shared/adapters/dynamodb/client.ts';
import { systemClock as clock } from '../../shared/adapters/system/clock.ts';
import { systemTimers as timers } from '../../shared/adapters/system/timers.ts';
import { findDeployment } from './deployment.ts';

/** The table of a mirror, and the way to all tables beside it. */
export interface MirrorTable {
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
}

/** Page after page of a whole table, as fast as it may be read: it is throttled now and then, and nobody waits for a single call. */
const LIMITS: ClientLimits = { requestTimeoutMs: 20_000, connectionTimeoutMs: 3_000, maxAttempts: 8 };

/**
 * The table of a deployed stack, with the caller's AWS credentials, or of the local cloud that runs here.
 *
 * @param where.stack the name of a CloudFormation stack; undefined for the local cloud
 * @param where.stackFile `.local/stack.json`
 * @throws Error that says what to do where there is none
 */
export async function findTable(where: { stack: string | undefined; stackFile: string }): Promise<MirrorTable> {
  if (where.stack !== undefined) {
    const { tableName } = await findDeployment(where.stack, { clock, timers });
    return { client: createDynamoDbClient(LIMITS), tableName };
  }
  const { dynamodb: endpoint, region, tableName } = readStackFile(where.stackFile);
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  return { client: createDynamoDbClient(LIMITS, { endpoint, region, credentials }), tableName };
}
