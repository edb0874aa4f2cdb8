/**
 * The reconciler as its handler has it, to be bundled like it, in chunks so small that a test's few users make many of them,
 * and with a lease that a dead run loses while a test can wait for it.
 */
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { withDurableExecution } from '@aws/durable-execution-sdk-js';
import { reconcile } from '../../../functions/reconciler/reconcile.ts';
import { createLog } from '../../../shared/adapters/cloudwatch/log.ts';
import { createPutMetricData } from '../../../shared/adapters/cloudwatch/put-metric-data.ts';
import { createDynamoDbClient } from '../../../shared/adapters/dynamodb/client.ts';
import { wireReconciler } from './wiring.ts';

const { env } = process;
const log = createLog({ service: 'reconciler' });

const deps = wireReconciler({
  clerkUrl: env['CLERK_API_URL'] ?? '',
  secretKey: env['CLERK_SECRET_KEY'] ?? '',
  tableName: env['TABLE_NAME'] ?? '',
  client: createDynamoDbClient({ requestTimeoutMs: 2_000, connectionTimeoutMs: 1_000, maxAttempts: 5 }),
  log,
  metrics: createPutMetricData({ client: new CloudWatchClient({}), stackName: env['METRICS_STACK'] ?? '', log }),
  limits: { pageSize: 20, chunkMs: 60, leaseMs: 3_000 },
  timeoutMs: 10_000,
  maxWaitMs: 15_000,
});

export const handler = withDurableExecution((event: unknown, context) => reconcile(event, context, deps));
