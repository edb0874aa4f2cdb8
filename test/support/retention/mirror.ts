import { DeleteCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { reconcile } from '../../../functions/reconciler/reconcile.ts';
import { createDynamoDbInstanceStore } from '../../../shared/adapters/dynamodb/instance-store.ts';
import { createDynamoDbLeaseStore } from '../../../shared/adapters/dynamodb/lease-store.ts';
import { createDynamoDbQuarantine } from '../../../shared/adapters/dynamodb/quarantine.ts';
import { createDynamoDbRosterStore } from '../../../shared/adapters/dynamodb/roster-store.ts';
import { createDynamoDbRunStore } from '../../../shared/adapters/dynamodb/run-store.ts';
import { createDynamoDbUserStore } from '../../../shared/adapters/dynamodb/user-store.ts';
import { createDynamoDbWatermarkStore } from '../../../shared/adapters/dynamodb/watermark-store.ts';
import { createMemoryLog } from '../../../shared/adapters/memory/log.ts';
import { createMemoryMetrics } from '../../../shared/adapters/memory/metrics.ts';
import { createSimulatedTime } from '../../../shared/adapters/memory/simulated-time.ts';
import { createSystemRandom } from '../../../shared/adapters/system/random.ts';
import type { JsonObject } from '../../../shared/domain/json.ts';
import type { CohortRule } from '../../../shared/domain/roster.ts';
import type { Snapshot } from '../../../shared/domain/snapshot.ts';
import type { DirectoryUser } from '../../../shared/ports/user-directory.ts';
import type { Timers } from '../../../shared/ports/time.ts';
import { applySnapshot } from '../../../shared/sync/apply-snapshot.ts';
import { RECONCILE_LIMITS } from '../../../shared/sync/reconcile/dependencies.ts';
import type { RunSummary } from '../../../shared/sync/reconcile/summary.ts';
import { ScriptedClerk } from '../../unit/reconciler/support/clerk.ts';
import { Journal } from '../../unit/reconciler/support/journal.ts';
import type { TestTables } from '../dynamodb/test-tables.ts';
import { scanTable } from '../names/audit.ts';

export const DAY_MS = 86_400_000;

/** When the tests' clocks begin, ms. */
export const BEGIN = Date.UTC(2026, 4, 1, 12);

interface MirrorOptions {
  readonly returningUser?: 'fresh' | 'relink';
  readonly retentionDays?: number;
  /** Default: on, without any cohort. */
  readonly roster?: { readonly isOn?: boolean; readonly cohort?: CohortRule };
}

/** Clerk in memory, a real table, a clock that is moved by hand, and all that happens to them. */
export async function openMirror(tables: Pick<TestTables, 'client' | 'create'>, options: MirrorOptions = {}) {
  const { client } = tables;
  const tableName = await tables.create();
  const time = createSimulatedTime(BEGIN);
  const { clock } = time;
  const clerk = new ScriptedClerk();
  const table = { client, tableName, clock };
  const quarantine = createDynamoDbQuarantine(table);
  // Sleeping moves the clock, by whole milliseconds as a clock has them: nobody else would.
  const timers: Timers = { ...time.timers, sleep: (ms) => time.advance(Math.ceil(ms)) };
  const deps = {
    store: createDynamoDbUserStore(table),
    runs: createDynamoDbRunStore(table),
    lease: createDynamoDbLeaseStore(table),
    instance: createDynamoDbInstanceStore(table),
    watermark: createDynamoDbWatermarkStore(table),
    quarantine,
    directory: clerk,
    clock,
    timers,
    random: createSystemRandom({ clock }),
    metrics: createMemoryMetrics(),
    log: createMemoryLog(),
    returningUser: options.returningUser ?? ('fresh' as const),
    roster: { isOn: true, cohort: {}, ...options.roster, store: createDynamoDbRosterStore(table) },
    // The table's users are as old as the test.
    limits: { ...RECONCILE_LIMITS, graceMs: 0 },
    retention: { days: options.retentionDays ?? 30, quarantine },
  };
  const apply = (snapshot: Snapshot) => applySnapshot(deps, snapshot, { path: 'webhook', budgetMs: 20_000 });
  const remove = (pk: string) => client.send(new DeleteCommand({ TableName: tableName, Key: { pk } }));
  return {
    deps,
    clerk,
    clock,
    apply,
    entry: (email: string) => deps.roster.store.get(email),
    get: (id: string) => deps.store.get(id, { consistent: true }),
    passDays: (days: number) => time.advance(days * DAY_MS),
    pass: (ms: number) => time.advance(ms),
    /** Puts a user into Clerk, whose event arrives. */
    async signUp(user: DirectoryUser) {
      clerk.add(user);
      return apply({ source: 'event', ...user, seenAt: user.asOf + 500 });
    },
    /** Takes a user out of Clerk, whose event arrives now. */
    async leave(id: string) {
      clerk.users.delete(id);
      return apply({ source: 'deletion', id, at: clock.now() });
    },
    async run(event: unknown = { mode: 'full' }): Promise<RunSummary> {
      const summary = await new Journal().execute((context) => reconcile(event, context, deps));
      if (summary === 'died') throw new Error('The run died.');
      return summary;
    },
    async writeApp(id: string, app: JsonObject) {
      const command = new UpdateCommand({
        TableName: tableName,
        Key: { pk: `user#${id}` },
        UpdateExpression: 'SET app = :app',
        ExpressionAttributeValues: { ':app': app },
      });
      await client.send(command);
    },
    put: (item: Readonly<Record<string, unknown>>) =>
      client.send(new PutCommand({ TableName: tableName, Item: { ...item } })),
    /** Every item of the table, as it is. */
    items: () => scanTable(client, tableName),
    /** Removes what is past its time to live, as DynamoDB does within days. */
    async sweep() {
      for (const { pk, expiresAt } of await scanTable(client, tableName)) {
        if (typeof expiresAt === 'number' && expiresAt <= clock.now() / 1_000) await remove(String(pk));
      }
    },
  };
}

export type Mirror = Awaited<ReturnType<typeof openMirror>>;
