import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { createUserDirectory } from '../../../shared/adapters/clerk/user-directory.ts';
import { withRetries } from '../../../shared/adapters/clerk/with-retries.ts';
import { createDynamoDbInstanceStore } from '../../../shared/adapters/dynamodb/instance-store.ts';
import { createDynamoDbLeaseStore } from '../../../shared/adapters/dynamodb/lease-store.ts';
import { createDynamoDbQuarantine } from '../../../shared/adapters/dynamodb/quarantine.ts';
import { createDynamoDbRunStore } from '../../../shared/adapters/dynamodb/run-store.ts';
import { createDynamoDbUserStore } from '../../../shared/adapters/dynamodb/user-store.ts';
import { createDynamoDbWatermarkStore } from '../../../shared/adapters/dynamodb/watermark-store.ts';
import { systemClock as clock } from '../../../shared/adapters/system/clock.ts';
import { createSystemRandom } from '../../../shared/adapters/system/random.ts';
import { systemTimers as timers } from '../../../shared/adapters/system/timers.ts';
import type { Log } from '../../../shared/ports/log.ts';
import type { Metrics } from '../../../shared/ports/metrics.ts';
import type { ReconcileDependencies, ReconcileLimits } from '../../../shared/sync/reconcile/dependencies.ts';
import { RECONCILE_LIMITS } from '../../../shared/sync/reconcile/dependencies.ts';

export interface WiringOptions {
  readonly clerkUrl: string;
  readonly secretKey: string;
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly limits: Partial<ReconcileLimits>;
  /** Time for one call to Clerk, ms. */
  readonly timeoutMs: number;
  /** How long a call is repeated, ms. */
  readonly maxWaitMs: number;
  /** How much faster than ordered it is waited between two calls. */
  readonly hurry?: number;
  /** Told of every such wait as it was ordered, ms. */
  readonly onPause?: (ms: number) => void;
}

/** The reconciler with its real adapters, as its handler wires it, with limits of a test's own. */
export function wireReconciler(options: WiringOptions): ReconcileDependencies {
  const { clerkUrl: apiUrl, secretKey, client, tableName, log, metrics, timeoutMs, maxWaitMs } = options;
  const { hurry = 1, onPause = () => undefined } = options;
  const random = createSystemRandom();
  const table = { client, tableName, clock };
  const pauses = {
    ...timers,
    sleep: (ms: number, signal?: AbortSignal) => {
      onPause(ms);
      return timers.sleep(ms / hurry, signal);
    },
  };
  const clerk = createUserDirectory({ apiUrl, secretKey: () => secretKey, timers, timeoutMs });
  return {
    store: createDynamoDbUserStore(table),
    returningUser: 'fresh',
    runs: createDynamoDbRunStore(table),
    lease: createDynamoDbLeaseStore(table),
    instance: createDynamoDbInstanceStore(table),
    watermark: createDynamoDbWatermarkStore(table),
    quarantine: createDynamoDbQuarantine(table),
    directory: withRetries(clerk, { timers: pauses, random, clock, maxWaitMs }),
    metrics,
    clock,
    timers,
    random,
    log,
    // The table's users are as old as the test.
    limits: { ...RECONCILE_LIMITS, graceMs: 0, ...options.limits },
  };
}
