import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { reconcile } from '../../functions/reconciler/reconcile.ts';
import type { StoreFaults } from '../../infra/local/dynamodb/faulty-endpoint.ts';
import { createDynamoDbInstanceStore } from '../../shared/adapters/dynamodb/instance-store.ts';
import { createDynamoDbLeaseStore } from '../../shared/adapters/dynamodb/lease-store.ts';
import { createDynamoDbQuarantine } from '../../shared/adapters/dynamodb/quarantine.ts';
import { createDynamoDbRunStore } from '../../shared/adapters/dynamodb/run-store.ts';
import { createDynamoDbWatermarkStore } from '../../shared/adapters/dynamodb/watermark-store.ts';
import { createDynamoDbUserStore } from '../../shared/adapters/dynamodb/user-store.ts';
import { createMemoryUserDirectory } from '../../shared/adapters/memory/user-directory.ts';
import type { MemoryUserDirectory } from '../../shared/adapters/memory/user-directory.ts';
import type { DirectoryUser } from '../../shared/ports/user-directory.ts';
import type { ReconcileDependencies } from '../../shared/sync/reconcile/dependencies.ts';
import { RECONCILE_LIMITS } from '../../shared/sync/reconcile/dependencies.ts';
import type { RunSummary } from '../../shared/sync/reconcile/summary.ts';
import { instanceOf, textMatching } from '../support/cloud/matchers.ts';
import { startFaultySync } from '../support/dynamodb/faulty-sync.ts';
import type { FaultySync } from '../support/dynamodb/faulty-sync.ts';
import { startFaultyTables } from '../support/dynamodb/faulty-tables.ts';
import type { FaultyTables } from '../support/dynamodb/faulty-tables.ts';
import { clerkUser, clerkUsers, userId } from '../unit/reconciler/support/clerk.ts';
import { Journal } from '../unit/reconciler/support/journal.ts';

let tables: FaultyTables;
beforeAll(async () => {
  tables = await startFaultyTables();
});
afterAll(() => tables?.close());
afterEach(() => tables.endpoint.setFaults({}));

const USERS = 40;
const CHANGED = [3, 11, 27];
const GONE = [USERS, USERS + 1, USERS + 2];

interface World {
  readonly sync: FaultySync;
  readonly directory: MemoryUserDirectory;
  readonly run: () => Promise<RunSummary>;
}

/** A table that was right once: since then three users were changed, four have come and three have gone. */
async function startWorld(faults: Partial<StoreFaults>): Promise<World> {
  const sync = await startFaultySync(tables);
  const directory = createMemoryUserDirectory();
  // Set first, so that what lags has something to lag behind; rates come with the run.
  const { indexLag = 0, staleReads = { rate: 0, writes: 0 } } = faults;
  tables.endpoint.setFaults({ indexLag, staleReads });
  const before = [...clerkUsers(USERS - 4), ...GONE.map((n) => clerkUser(n))];
  for (const user of before) await sync.apply({ source: 'event', ...user, seenAt: user.asOf + 500 });
  const now = clerkUsers(USERS).map((user, n) => (CHANGED.includes(n) ? renamed(user) : user));
  for (const user of now) directory.put(user);
  const table = { client: tables.connect({ maxAttempts: 2 }), tableName: sync.tableName, clock: sync.deps.clock };
  const { clock } = sync.deps;
  const deps: ReconcileDependencies = {
    ...sync.deps,
    // A run some time after the webhooks: of whom they have just brought nobody is deleted.
    clock: { now: () => clock.now() + 2 * RECONCILE_LIMITS.graceMs },
    store: createDynamoDbUserStore(table),
    runs: createDynamoDbRunStore(table),
    lease: createDynamoDbLeaseStore(table),
    instance: createDynamoDbInstanceStore(table),
    watermark: createDynamoDbWatermarkStore(table),
    quarantine: createDynamoDbQuarantine(table),
    directory,
    limits: { ...RECONCILE_LIMITS, pageSize: 15 },
  };
  tables.endpoint.setFaults(faults);
  return { sync, directory, run: () => reconcile({ mode: 'full' }, new Journal(), deps) };
}

function renamed(user: DirectoryUser): DirectoryUser {
  return { ...user, asOf: user.asOf + 5_000, profile: { ...user.profile, firstName: 'Renamed' } };
}

async function tombstones(sync: FaultySync): Promise<number[]> {
  const numbers = Array.from({ length: USERS + GONE.length }, (_, n) => n);
  const users = await Promise.all(numbers.map((n) => sync.truth.get(userId(n), { consistent: true })));
  return numbers.filter((n) => users[n]?.tombstone !== undefined);
}

function withStatus(...possible: readonly RunSummary['status'][]): unknown {
  const status = textMatching(new RegExp(`^(?:${possible.join('|')})$`));
  return expect.objectContaining({ status, clerkUsers: USERS });
}

/** Of each kind a little: a run makes some 700 calls, and 20 % of each would let none come to its end. */
const FAILURES = { throttle: 0.02, conflict: 0.05, error500: 0.02, resetBefore: 0.02, resetAfter: 0.02 };

describe('A full run', () => {
  it.each<[string, Partial<StoreFaults>, unknown]>([
    ['failures of every kind', FAILURES, withStatus('repaired', 'failed')],
    ['stale reads', { staleReads: { rate: 0.7, writes: 30 } }, withStatus('repaired')],
    ['an index that lags', { indexLag: 12 }, withStatus('repaired', 'held')],
    // Not even its failure can be recorded.
    ['a table that is down', { down: 'refusing' }, instanceOf(Error)],
  ])(
    'under %s deletes nobody whom Clerk has, and the next one ends equal',
    { timeout: 60_000 },
    async (_name, faults, end) => {
      const { sync, directory, run } = await startWorld(faults);
      const struck = await run().catch((error: unknown) => error);
      const deletedUnderFaults = (await tombstones(sync)).filter((n) => !GONE.includes(n));
      expect(deletedUnderFaults).toEqual([]);
      expect(struck).toEqual(end);
      tables.endpoint.setFaults({});
      const clean = await run();
      expect(['repaired', 'in-sync']).toContain(clean.status);
      expect(clean).toMatchObject({ clerkUsers: USERS, storedUsers: USERS });
      expect(await tombstones(sync)).toEqual(GONE);
      for (const user of directory.users()) {
        const stored = await sync.truth.get(user.id, { consistent: true });
        expect(stored).toMatchObject({ profile: { content: user.profile }, record: { content: user.record } });
        expect(stored?.revision).toBe(user.profile.firstName === 'Renamed' ? 2 : 1);
      }
    },
  );
});
