import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { reconcile } from '../../functions/reconciler/reconcile.ts';
import { createDynamoDbInstanceStore } from '../../shared/adapters/dynamodb/instance-store.ts';
import { createDynamoDbLeaseStore } from '../../shared/adapters/dynamodb/lease-store.ts';
import { createDynamoDbRunStore } from '../../shared/adapters/dynamodb/run-store.ts';
import { createDynamoDbUserStore } from '../../shared/adapters/dynamodb/user-store.ts';
import type { DirectoryUser } from '../../shared/ports/user-directory.ts';
import { applySnapshot } from '../../shared/sync/apply-snapshot.ts';
import { each } from '../../shared/sync/each.ts';
import { readSnapshot } from '../../shared/sync/read-user.ts';
import type { ReconcileDependencies } from '../../shared/sync/reconcile/dependencies.ts';
import { startTestTables } from '../support/dynamodb/test-tables.ts';
import type { TestTables } from '../support/dynamodb/test-tables.ts';
import { clerkUser, clerkUsers, EPOCH } from '../unit/reconciler/support/clerk.ts';
import { Journal } from '../unit/reconciler/support/journal.ts';
import { createWorld } from '../unit/reconciler/support/world.ts';
import { all } from '../support/contracts/user-store.ts';

let tables: TestTables;
beforeAll(async () => {
  tables = await startTestTables();
});
afterAll(() => tables?.close());

const DAY_MS = 86_400_000;
/** The end of a month: windows that are divided here end in one partition of the index and begin in another. */
const INSTANT = Date.UTC(2026, 1, 1) - 1;

/** 60 users over five months, and 150 of one instant between two of them. */
const spread = clerkUsers(60).map((user, n) => at(user, EPOCH + n * 2.5 * DAY_MS));
const crowd = Array.from({ length: 150 }, (_, n) => at(clerkUser(100 + n), INSTANT));

function at(user: DirectoryUser, clerkCreatedAt: number): DirectoryUser {
  return { ...user, record: { ...user.record, clerkCreatedAt } };
}

/** The walk over a real engine, whose index is read in small pages. */
async function startWorld() {
  const world = createWorld({ pageSize: 8, chunkMs: 3_000, largeMoment: 30 });
  const table = { client: tables.client, tableName: await tables.create(), clock: world.deps.clock };
  const store = createDynamoDbUserStore({ ...table, pageSize: 20 });
  const deps: ReconcileDependencies = {
    ...world.deps,
    store,
    runs: createDynamoDbRunStore(table),
    lease: createDynamoDbLeaseStore(table),
    instance: createDynamoDbInstanceStore(table),
  };
  world.clerk.add(...spread, ...crowd);
  world.clerk.before = (call) => (call.method === 'listUsers' ? world.time.advance(1_000) : undefined);
  return {
    deps,
    clerk: world.clerk,
    journal: new Journal(),
    mirror: (users: readonly DirectoryUser[]) =>
      each(users, 8, async (user) => {
        const anHourAgo = { now: () => deps.clock.now() - 3_600_000 };
        const earlier = { ...deps, store: createDynamoDbUserStore({ ...table, clock: anHourAgo }), clock: anHourAgo };
        await applySnapshot(earlier, readSnapshot(user, EPOCH, 'none'), { path: 'webhook', budgetMs: 30_000 });
      }),
    listed: async () => (await all(store.listByCreation(EPOCH))).map(({ id }) => id).toSorted(),
  };
}

describe('a walk over a real table', () => {
  let world: Awaited<ReturnType<typeof startWorld>>;
  beforeEach(async () => {
    world = await startWorld();
  });
  const run = (journal = new Journal()) =>
    journal.execute((context) => reconcile({ mode: 'full' }, context, world.deps));

  it.each([
    ['in windows divided at the instant and at the months', [INSTANT, INSTANT + 1, Date.UTC(2026, 2, 1)]],
    ['in windows divided just beside', [INSTANT - 1, INSTANT + 2, Date.UTC(2026, 3, 1) - 1]],
  ])('repairs, deletes and counts exactly %s, and leaves nothing to the next', async (_, marks) => {
    await world.deps.runs.putMarks(marks);
    const extra = [300, 301].map((n) => at(clerkUser(n), INSTANT));
    const older = crowd
      .slice(0, 3)
      .map((user) => ({ ...user, profile: { ...user.profile, lastName: 'Old' }, asOf: 1 }));
    await world.mirror([...spread.slice(5), ...older, ...crowd.slice(10), ...extra, at(clerkUser(302), INSTANT + 1)]);
    world.journal.dieAfter = 'walk-2';
    expect(await run(world.journal)).toBe('died');

    const summary = await run(world.journal);

    expect(summary).toMatchObject({ status: 'repaired', created: 12, updated: 3, deleted: 3, drift: { lastName: 3 } });
    expect(summary).toMatchObject({ clerkUsers: 210, storedUsers: 210, suspects: 3 });
    expect(await world.listed()).toEqual([...world.clerk.users.keys()].toSorted());
    const calls = world.clerk.calls.length;
    expect(await run()).toMatchObject({ status: 'in-sync', suspects: 0, storedUsers: 210 });
    expect(world.clerk.calls.length - calls).toBeLessThanOrEqual(210 / 8 + 20);
  });
});
