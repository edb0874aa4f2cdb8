import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { StoreFaults } from '../../infra/local/dynamodb/faulty-endpoint.ts';
import { createMemoryUserStore } from '../../shared/adapters/memory/user-store.ts';
import type { Snapshot } from '../../shared/domain/snapshot.ts';
import type { StoredUser } from '../../shared/domain/user.ts';
import type { IndexedUser, UserStore } from '../../shared/ports/user-store.ts';
import { applySnapshot } from '../../shared/sync/apply-snapshot.ts';
import { fingerprint } from '../../shared/sync/fingerprint.ts';
import { all } from '../support/contracts/user-store.ts';
import { completeToken, deletion, event, ID, read, SECOND } from '../support/domain/builders.ts';
import { startFaultySync } from '../support/dynamodb/faulty-sync.ts';
import type { FaultySync } from '../support/dynamodb/faulty-sync.ts';
import { startFaultyTables } from '../support/dynamodb/faulty-tables.ts';
import type { FaultyTables } from '../support/dynamodb/faulty-tables.ts';

let tables: FaultyTables;
beforeAll(async () => {
  tables = await startFaultyTables();
});
afterAll(() => tables?.close());
afterEach(() => tables.endpoint.setFaults({}));

const HALF: readonly [string, Partial<StoreFaults>][] = [
  ['throttling', { throttle: 0.5 }],
  ['conflicts with transactions', { conflict: 0.5 }],
  ['errors 500, half of which applied the write', { error500: 0.5 }],
  ['resets before the write was applied', { resetBefore: 0.5 }],
  ['resets after the write was applied', { resetAfter: 0.5 }],
  ['slow answers', { slowMs: 20 }],
  ['stale reads', { staleReads: { rate: 0.7, writes: 20 } }],
  ['an index that lags', { indexLag: 10 }],
];
const MIXED: Partial<StoreFaults> = {
  throttle: 0.1,
  conflict: 0.1,
  error500: 0.1,
  resetBefore: 0.1,
  resetAfter: 0.1,
  slowMs: 4,
  staleReads: { rate: 0.5, writes: 20 },
  indexLag: 10,
};

/** The state that decides, without what depends on when and how often somebody tried. */
function essence(user: StoredUser | undefined): unknown {
  if (!user) return undefined;
  const { createdAt: _createdAt, updatedAt: _updatedAt, ...rest } = user;
  return rest;
}

function current(sync: FaultySync, id = ID): Promise<StoredUser | undefined> {
  return sync.truth.get(id, { consistent: true });
}

/** Keys of the users' items. */
async function usersOf(sync: FaultySync): Promise<string[]> {
  const { Items = [] } = await tables.truth.send(new ScanCommand({ TableName: sync.tableName, ConsistentRead: true }));
  return Items.map((item) => String(item['pk']))
    .filter((key) => key.startsWith('user#'))
    .toSorted();
}

describe('A life of events and tokens', () => {
  const people = Array.from({ length: 8 }, (_, n) => `user_p${n}`);

  /** Out of order and with repetitions; every second one is deleted, and then heard of again. */
  function life(id: string, n: number): Snapshot[] {
    const [first, second, third] = [SECOND + 10_001, SECOND + 20_002, SECOND + 30_003];
    const renamed = { firstName: `Second${n}` };
    const last = { profile: { firstName: `Third${n}` }, record: { externalId: `crm-${n}`, publicMetadata: { n } } };
    const news: Snapshot[] = [
      n % 3 === 0 ? completeToken(first) : event({ asOf: first }),
      event({ asOf: second, profile: renamed }),
      event({ asOf: first }),
      event({ asOf: third, ...last }),
      event({ asOf: third, ...last }),
      completeToken(second, renamed),
      ...(n % 2 === 0 ? [deletion(SECOND + 60_000), event({ asOf: third, ...last }), deletion(SECOND + 60_000)] : []),
    ];
    return news.map((snapshot) => ofPerson(snapshot, id));
  }

  /** With an address of their own: what happens when people meet at a name is another test's. */
  function ofPerson(snapshot: Snapshot, id: string): Snapshot {
    const email = `${id}@example.com`;
    if (snapshot.source === 'token') return { ...snapshot, id, claims: { ...snapshot.claims, email } };
    if (snapshot.source === 'deletion') return { ...snapshot, id };
    const { profile, record } = snapshot;
    return { ...snapshot, id, profile: { ...profile, email }, record: { ...record, verifiedEmail: email } };
  }

  async function withoutFaults(): Promise<UserStore> {
    const clean = await startFaultySync(tables);
    const store = createMemoryUserStore({ clock: clean.deps.clock });
    for (const [n, id] of people.entries()) {
      for (const snapshot of life(id, n)) {
        await applySnapshot({ ...clean.deps, store }, snapshot, { path: 'webhook', budgetMs: 5_000 });
      }
    }
    return store;
  }

  it.each([...HALF, ['all of that at once', MIXED] as const])(
    'ends under %s as it does without: nobody lost, doubled or half-written',
    { timeout: 60_000 },
    async (_name, faults) => {
      const sync = await startFaultySync(tables);
      const expected = await withoutFaults();
      tables.endpoint.setFaults(faults);
      const ends = await Promise.all(
        people.map(async (id, n) => {
          const results: string[] = [];
          for (const snapshot of life(id, n)) results.push((await sync.deliver(snapshot)).status);
          return results;
        }),
      );
      tables.endpoint.setFaults({});
      expect(new Set(ends.flat())).toEqual(new Set(['settled']));
      expect(await usersOf(sync)).toEqual(people.map((id) => `user#${id}`).toSorted());
      for (const id of people) {
        // The revision too: every write has been made once, however often it was tried.
        expect(essence(await current(sync, id))).toEqual(essence(await expected.get(id)));
      }
      const rows = await all(sync.truth.listByCreation(SECOND - 90 * 86_400_000));
      expect(rows.map(({ id }) => id).toSorted()).toEqual(people.filter((_, n) => n % 2 === 1).toSorted());
      for (const row of rows) expect(row.fingerprint).toBe(await fingerprintOf(sync, row));
    },
  );

  async function fingerprintOf(sync: FaultySync, { id }: IndexedUser): Promise<string> {
    const user = await current(sync, id);
    if (!user) throw new Error('The index has a user whom the table does not have.');
    return fingerprint(user.profile.content, user.record?.content);
  }
});

describe('A write whose answer was lost', () => {
  /** Loses the answer of the next write, and nothing after the first pause. */
  async function applyUnheard(sync: FaultySync, snapshot: Snapshot, known: StoredUser | undefined) {
    tables.endpoint.setFaults({ resetAfter: 1 });
    sync.onPause = () => tables.endpoint.setFaults({});
    const result = await sync.apply(snapshot, { known: { user: known } });
    expect(sync.pauses.length).toBeGreaterThan(0);
    return result;
  }

  const first = event({ asOf: SECOND + 1 });
  const renamed = event({ asOf: SECOND + 60_001, profile: { firstName: 'Augusta' } });

  it.each<[string, readonly Snapshot[], Snapshot]>([
    ['a creation', [], first],
    ['a creation from a token', [], completeToken(SECOND + 1)],
    ['an update', [first], renamed],
    ['a repair by a read', [first], read({ asOf: SECOND + 60_001, profile: { firstName: 'Augusta' } })],
    ['a deletion', [first], deletion(SECOND + 90_000)],
    ['a deletion before the creation', [], deletion(SECOND + 90_000)],
  ])('that was %s is a success when it is repeated', async (_name, before, snapshot) => {
    const [sync, plain] = [await startFaultySync(tables), await startFaultySync(tables)];
    for (const earlier of before) for (const each of [sync, plain]) await each.apply(earlier);
    await plain.apply(snapshot);
    const known = await current(sync);
    const result = await applyUnheard(sync, snapshot, known);
    expect(result.status).toBe('settled');
    const stored = await current(sync);
    expect(stored?.revision).toBe((known?.revision ?? 0) + 1);
    expect(essence(stored)).toEqual(essence(await current(plain)));
    expect(sync.metrics.sum('SyncFailed')).toBe(0);
  });

  it('gives way to a newer one that came in between', async () => {
    const sync = await startFaultySync(tables);
    await sync.apply(first);
    const known = await current(sync);
    tables.endpoint.setFaults({ resetAfter: 1 });
    const newest = event({ asOf: SECOND + 120_001, profile: { firstName: 'Newest' } });
    let overtaken: Promise<unknown> = Promise.resolve();
    sync.onPause = () => {
      sync.onPause = () => undefined;
      tables.endpoint.setFaults({});
      overtaken = applySnapshot({ ...sync.deps, store: sync.truth }, newest, { path: 'webhook', budgetMs: 5_000 });
    };
    const result = await sync.apply(renamed, { known: { user: known } });
    await overtaken;
    expect(result.status).toBe('settled');
    expect(await current(sync)).toMatchObject({ revision: 3, profile: { content: { firstName: 'Newest' } } });
  });
});

describe('A table that takes nothing', () => {
  const BUDGET_MS = 800;

  it.each<[string, Partial<StoreFaults>]>([
    ['throttles', { throttle: 1 }],
    ['is in conflict', { conflict: 1 }],
    ['answers 500', { error500: 1 }],
    ['resets every connection', { resetBefore: 1 }],
    ['refuses every connection', { down: 'refusing' }],
    ['never answers', { down: 'silent' }],
  ])('because it %s is tried for as long as the budget says, ever more seldom and at random', async (_name, faults) => {
    const sync = await startFaultySync(tables, { requestTimeoutMs: 150, connectionTimeoutMs: 150 });
    const struck = (): number => {
      const fates = [...tables.endpoint.fates()].filter(([fate]) => fate !== 'passed');
      return fates.reduce((sum, [, count]) => sum + count, 0);
    };
    const before = struck();
    tables.endpoint.setFaults(faults);
    const start = performance.now();
    const result = await sync.apply(event({ asOf: SECOND }), { budgetMs: BUDGET_MS });
    const tookMs = performance.now() - start;
    tables.endpoint.setFaults({});
    expect(result).toMatchObject({ status: 'failed', reason: 'store' });
    expect(tookMs).toBeGreaterThan(BUDGET_MS * 0.9);
    expect(tookMs).toBeLessThan(BUDGET_MS + 1_000);
    // Doubling bounds from 20 ms: six pauses add up to 600 ms on average, and a run of short ones to a few more.
    expect(sync.pauses.length).toBeGreaterThanOrEqual(2);
    expect(sync.pauses.length).toBeLessThan(25);
    for (const [n, pause] of sync.pauses.entries()) expect(pause).toBeLessThanOrEqual(Math.min(500, 10 * 2 ** (n + 1)));
    expect(new Set(sync.pauses).size).toBe(sync.pauses.length);
    // One call a try, the SDK adds none of its own; what is down never counts any.
    expect(struck() - before).toBeLessThanOrEqual(sync.pauses.length + 1);
    expect(sync.metrics.sum('SyncFailed')).toBe(1);
  });

  it('makes two who collided pause for different times', async () => {
    const [one, other] = [await startFaultySync(tables), await startFaultySync(tables)];
    tables.endpoint.setFaults({ throttle: 1 });
    await Promise.all([one, other].map((sync) => sync.apply(event({ asOf: SECOND }), { budgetMs: 200 })));
    expect(one.pauses.slice(0, 2)).not.toEqual(other.pauses.slice(0, 2));
  });

  it('is taken up again as soon as it answers', async () => {
    const sync = await startFaultySync(tables);
    tables.endpoint.setFaults({ down: 'refusing' });
    sync.onPause = () => {
      if (sync.pauses.length === 4) tables.endpoint.setFaults({});
    };
    expect(await sync.apply(event({ asOf: SECOND }))).toMatchObject({ status: 'settled', outcome: 'created' });
  });
});

describe('32 writers at once', () => {
  const WRITERS = 32;

  it.each<[string, Partial<StoreFaults>]>([
    ...HALF.map(([name, faults]): [string, Partial<StoreFaults>] => [name, faultsAt(0.2, faults)]),
    ['all of that at once', MIXED],
  ])('end under %s with the newest version, whole', { timeout: 60_000 }, async (_name, faults) => {
    const sync = await startFaultySync(tables);
    tables.endpoint.setFaults(faults);
    const order = Array.from({ length: WRITERS }, (_, n) => (n * 13) % WRITERS);
    const results = await Promise.all(order.map((n) => sync.deliver(news(n))));
    tables.endpoint.setFaults({});
    expect(new Set(results.map(({ status }) => status))).toEqual(new Set(['settled']));
    const stored = await current(sync);
    const { profile, record } = news(WRITERS - 1);
    expect(stored?.profile).toEqual({ content: profile, version: versionOf(WRITERS - 1) });
    expect(stored?.record).toEqual({ content: record, version: versionOf(WRITERS - 1) });
    expect(stored?.revision).toBeLessThanOrEqual(WRITERS);
    expect(await usersOf(sync)).toEqual([`user#${ID}`]);
  });

  function news(n: number) {
    const { asOf, seenAt } = versionOf(n);
    return event({ asOf, seenAt, profile: { firstName: `Writer${n}` }, record: { publicMetadata: { writer: n } } });
  }

  function versionOf(n: number) {
    const asOf = SECOND + n * 1_000 + 7;
    return { asOf, seenAt: asOf + 500 };
  }

  /** The same faults at another rate. */
  function faultsAt(rate: number, faults: Partial<StoreFaults>): Partial<StoreFaults> {
    return Object.fromEntries(
      Object.entries(faults).map(([name, value]) => [name, typeof value === 'number' && value < 1 ? rate : value]),
    );
  }
});
