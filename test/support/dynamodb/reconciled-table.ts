import { DeleteCommand, GetCommand, ScanCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { reconcile } from '../../../functions/reconciler/reconcile.ts';
import { createDynamoDbInstanceStore } from '../../../shared/adapters/dynamodb/instance-store.ts';
import { createDynamoDbLeaseStore } from '../../../shared/adapters/dynamodb/lease-store.ts';
import { createDynamoDbQuarantine } from '../../../shared/adapters/dynamodb/quarantine.ts';
import { createDynamoDbRunStore } from '../../../shared/adapters/dynamodb/run-store.ts';
import { createDynamoDbUserStore } from '../../../shared/adapters/dynamodb/user-store.ts';
import { createDynamoDbWatermarkStore } from '../../../shared/adapters/dynamodb/watermark-store.ts';
import type { MemoryLog } from '../../../shared/adapters/memory/log.ts';
import { createMemoryLog } from '../../../shared/adapters/memory/log.ts';
import { createMemoryMetrics } from '../../../shared/adapters/memory/metrics.ts';
import { createSimulatedTime } from '../../../shared/adapters/memory/simulated-time.ts';
import { createSystemRandom } from '../../../shared/adapters/system/random.ts';
import type { Quarantine } from '../../../shared/ports/quarantine.ts';
import type { Timers } from '../../../shared/ports/time.ts';
import type { ReconcileDependencies, ReconcileLimits } from '../../../shared/sync/reconcile/dependencies.ts';
import { RECONCILE_LIMITS } from '../../../shared/sync/reconcile/dependencies.ts';
import type { RunSummary } from '../../../shared/sync/reconcile/summary.ts';
import { EPOCH, ScriptedClerk } from '../../unit/reconciler/support/clerk.ts';
import { Journal } from '../../unit/reconciler/support/journal.ts';
import { START } from '../../unit/reconciler/support/world.ts';
import type { TestTables } from './test-tables.ts';

type Item = Record<string, unknown>;

/** Clerk and a reconciler over a table of the real engine, and somebody with a console. */
export interface ReconciledTable {
  readonly clerk: ScriptedClerk;
  readonly deps: ReconcileDependencies;
  readonly log: MemoryLog;
  readonly quarantine: Quarantine;
  advance(ms: number): Promise<void>;
  run(event?: object): Promise<RunSummary>;
  /** Sets attributes of a user's item, or of another one, as they are given; removes those that are undefined. */
  edit(id: string, attributes: Item): Promise<void>;
  editItem(key: string, attributes: Item): Promise<void>;
  remove(key: string): Promise<void>;
  item(key: string): Promise<Item | undefined>;
  /** Every item that the synchronisation keeps of users and names, by key. */
  snapshot(): Promise<Map<string, Item>>;
}

/** @param limits other limits than a run has by itself */
export async function openReconciledTable(
  tables: TestTables,
  limits: Partial<ReconcileLimits> = {},
): Promise<ReconciledTable> {
  const { client } = tables;
  const tableName = await tables.create();
  const time = createSimulatedTime(START);
  const clerk = new ScriptedClerk();
  const log = createMemoryLog();
  const table = { client, tableName, clock: time.clock };
  const timers: Timers = { ...time.timers, sleep: (ms) => time.advance(Math.ceil(ms)) };
  const users = createDynamoDbUserStore(table);
  const quarantine = createDynamoDbQuarantine(table);
  const deps: ReconcileDependencies = {
    // Nobody here was created before 2026: a run need not ask for the 670 months before, some dozen times in a test.
    store: { ...users, listByCreation: (from, options) => users.listByCreation(Math.max(from, EPOCH), options) },
    runs: createDynamoDbRunStore(table),
    lease: createDynamoDbLeaseStore(table),
    instance: createDynamoDbInstanceStore(table),
    watermark: createDynamoDbWatermarkStore(table),
    quarantine,
    directory: clerk,
    clock: time.clock,
    timers,
    random: createSystemRandom({ clock: time.clock }),
    metrics: createMemoryMetrics(),
    log,
    returningUser: 'fresh',
    limits: { ...RECONCILE_LIMITS, pageSize: 5, ...limits },
  };
  const editItem = async (key: string, attributes: Item): Promise<void> => {
    for (const [name, value] of Object.entries(attributes)) {
      const update = new UpdateCommand({
        TableName: tableName,
        Key: { pk: key },
        UpdateExpression: value === undefined ? 'REMOVE #name' : 'SET #name = :value',
        ExpressionAttributeNames: { '#name': name },
        ...(value !== undefined && { ExpressionAttributeValues: { ':value': value } }),
      });
      await client.send(update);
    }
  };
  return {
    clerk,
    deps,
    log,
    quarantine,
    advance: (ms) => time.advance(ms),
    run: (event = {}) => reconcile({ mode: 'full', ...event }, new Journal(), deps),
    edit: (id, attributes) => editItem(`user#${id}`, attributes),
    editItem,
    remove: async (key) => void (await client.send(new DeleteCommand({ TableName: tableName, Key: { pk: key } }))),
    item: async (key) => (await client.send(new GetCommand({ TableName: tableName, Key: { pk: key } }))).Item,
    async snapshot() {
      const { Items = [] } = await client.send(new ScanCommand({ TableName: tableName }));
      const kept = Items.filter(({ pk }) => /^(user|email|username)#/.test(String(pk)));
      return new Map(kept.map((item) => [String(item['pk']), item]));
    },
  };
}
