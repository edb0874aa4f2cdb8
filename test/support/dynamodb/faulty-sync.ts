import type { MemoryMetrics } from '../../../shared/adapters/memory/metrics.ts';
import { createMemoryLog } from '../../../shared/adapters/memory/log.ts';
import { createMemoryMetrics } from '../../../shared/adapters/memory/metrics.ts';
import type { ClientLimits } from '../../../shared/adapters/dynamodb/client.ts';
import { createDynamoDbUserStore } from '../../../shared/adapters/dynamodb/user-store.ts';
import { systemClock } from '../../../shared/adapters/system/clock.ts';
import { createSystemRandom } from '../../../shared/adapters/system/random.ts';
import { systemTimers } from '../../../shared/adapters/system/timers.ts';
import type { Snapshot } from '../../../shared/domain/snapshot.ts';
import type { UserStore } from '../../../shared/ports/user-store.ts';
import type { SyncDependencies, SyncOptions, SyncResult } from '../../../shared/sync/apply-snapshot.ts';
import { applySnapshot } from '../../../shared/sync/apply-snapshot.ts';
import type { FaultyTables } from './faulty-tables.ts';

/** The synchronisation with its real adapters over an empty table, behind an endpoint that fails on demand. */
export interface FaultySync {
  readonly deps: SyncDependencies;
  readonly tableName: string;
  readonly metrics: MemoryMetrics;
  /** The table without any faults. */
  readonly truth: UserStore;
  /** Pauses between attempts, in ms. */
  readonly pauses: number[];
  /** Called before each pause. */
  onPause: () => void;
  apply(snapshot: Snapshot, options?: Partial<SyncOptions>): Promise<SyncResult>;
  /** Applies until the table has taken it, as Svix sends an event again that was answered 503. */
  deliver(snapshot: Snapshot): Promise<SyncResult>;
}

/** A fault that strikes half of the calls strikes twenty deliveries in a row, each with its own retries, never. */
const MOST_DELIVERIES = 20;

export async function startFaultySync(tables: FaultyTables, limits: Partial<ClientLimits> = {}): Promise<FaultySync> {
  const tableName = await tables.create();
  const pauses: number[] = [];
  const clock = systemClock;
  const timers: SyncDependencies['timers'] = {
    ...systemTimers,
    sleep: (ms, signal) => {
      pauses.push(ms);
      sync.onPause();
      return systemTimers.sleep(ms, signal);
    },
  };
  const metrics = createMemoryMetrics();
  const store = createDynamoDbUserStore({ client: tables.connect(limits), tableName, clock });
  const deps: SyncDependencies = {
    store,
    clock,
    timers,
    random: createSystemRandom(),
    metrics,
    log: createMemoryLog(),
    returningUser: 'fresh',
  };
  const sync: FaultySync = {
    deps,
    tableName,
    metrics,
    truth: createDynamoDbUserStore({ client: tables.truth, tableName, clock }),
    pauses,
    onPause: () => undefined,
    apply: (snapshot, options) => applySnapshot(deps, snapshot, { path: 'webhook', budgetMs: 5_000, ...options }),
    async deliver(snapshot) {
      for (let delivery = 1; ; delivery += 1) {
        const result = await sync.apply(snapshot);
        if (result.status !== 'failed' || delivery === MOST_DELIVERIES) return result;
      }
    },
  };
  return sync;
}
