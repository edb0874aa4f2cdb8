import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { StoreFaults } from '../../infra/local/dynamodb/faulty-endpoint.ts';
import type { Snapshot } from '../../shared/domain/snapshot.ts';
import type { DirectoryUser } from '../../shared/ports/user-directory.ts';
import type { SyncResult } from '../../shared/sync/apply-snapshot.ts';
import { resolveName } from '../../shared/sync/names/resolve-name.ts';
import { all } from '../support/contracts/user-store.ts';
import { startFaultyTables } from '../support/dynamodb/faulty-tables.ts';
import type { FaultyTables } from '../support/dynamodb/faulty-tables.ts';
import { BEGIN, openNameWorld, person } from '../support/names/name-world.ts';
import type { NameWorld } from '../support/names/name-world.ts';

let tables: FaultyTables;
beforeAll(async () => {
  tables = await startFaultyTables();
});
afterAll(() => tables?.close());
afterEach(() => tables.endpoint.setFaults({}));

const FAULTS: readonly [string, Partial<StoreFaults>][] = [
  ['throttling', { throttle: 0.3 }],
  ['conflicts with transactions', { conflict: 0.3 }],
  ['errors 500, half of which applied the write', { error500: 0.3 }],
  ['resets before the write was applied', { resetBefore: 0.3 }],
  ['resets after the write was applied', { resetAfter: 0.3 }],
  ['slow answers', { slowMs: 10 }],
  ['stale reads by key', { staleReads: { rate: 0.7, writes: 20 } }],
  ['an index that lags', { indexLag: 10 }],
  [
    'all of that at once',
    {
      throttle: 0.08,
      conflict: 0.08,
      error500: 0.08,
      resetBefore: 0.08,
      resetAfter: 0.08,
      slowMs: 2,
      staleReads: { rate: 0.5, writes: 20 },
      indexLag: 10,
    },
  ],
];

const PEOPLE = 12;
const ids = Array.from({ length: PEOPLE }, (_, n) => `user_${String.fromCodePoint(97 + n).repeat(6)}`);

/** Address and username of a person at a time: every time everybody has those of the next, so that all of them move. */
function stateOf(n: number, time: number): DirectoryUser {
  const at = (n + time) % PEOPLE;
  const username = at % 3 === 0 ? `chosen${at}` : null;
  return person(ids[n] ?? '', `p${at % 4}.${at}@example.com`, { asOf: BEGIN + time * 60_000, record: { username } });
}

const TIMES = 4;
/** Who is deleted in the end, while events about them are still on their way. */
const GONE: readonly number[] = [2, 7];

/** Everything that Clerk tells of a person, in another order for each, and some of it twice. */
function newsOf(n: number): Snapshot[] {
  const events = Array.from({ length: TIMES }, (_, time): Snapshot => {
    const user = stateOf(n, time);
    return { source: 'event', ...user, seenAt: user.asOf + 500 };
  });
  const deletion: Snapshot = { source: 'deletion', id: ids[n] ?? '', at: BEGIN + 600_000 };
  const news = [...events.slice(n % TIMES), ...events, ...(GONE.includes(n) ? [deletion] : [])];
  return n % 2 === 0 ? news : news.toReversed();
}

/** Applies until the table has taken it, as Svix sends an event again that was answered 503. */
async function deliver(world: NameWorld, snapshot: Snapshot): Promise<SyncResult['status']> {
  for (let delivery = 1; delivery <= 20; delivery += 1) {
    const { status } = await world.apply(snapshot);
    if (status !== 'failed') return status;
  }
  return 'failed';
}

/** Resolves as the change-stream function does: what fails is sent again. */
async function resolveAll(world: NameWorld): Promise<void> {
  for (let round = 1; round <= 20; round += 1) {
    const names = await all(world.store.listConflicts()).catch(() => undefined);
    const results = await Promise.allSettled((names ?? []).map((name) => resolveName(world.deps, name)));
    if (names && results.every((result) => result.status === 'fulfilled' && result.value === 'settled')) return;
  }
}

describe('Names that move among twelve people at once', () => {
  it.each(FAULTS)(
    'are under %s nobody’s twice, never orphaned, and in the end where Clerk has them',
    { timeout: 120_000 },
    async (_name, faults) => {
      const tableClients = { client: tables.truth, create: () => tables.create() };
      const world = await openNameWorld(tableClients, { client: tables.client });
      const present = ids.map((_, n) => stateOf(n, TIMES - 1)).filter((_, n) => !GONE.includes(n));
      for (const user of present) world.directory.put(user);
      tables.endpoint.setFaults(faults);
      const ends = await Promise.all(
        ids.map(async (_, n) => {
          const statuses: string[] = [];
          for (const snapshot of newsOf(n)) statuses.push(await deliver(world, snapshot));
          return statuses;
        }),
      );
      const stormy = await world.audit();
      await resolveAll(world);
      tables.endpoint.setFaults({});
      await resolveAll(world);
      const calm = await world.audit();

      expect(new Set(ends.flat())).toEqual(new Set(['settled']));
      expect(stormy.broken).toEqual([]);
      expect([calm.broken, calm.open]).toEqual([[], []]);
      const expected = Object.fromEntries(
        present.flatMap(({ id, record }) => [
          [`email#${record.verifiedEmail}`, id],
          ...(record.username === null ? [] : [[`username#${record.username}`, id] as const]),
        ]),
      );
      expect(Object.fromEntries(calm.owners)).toMatchObject(expected);
      expect([...calm.owners.keys()].filter((key) => key.startsWith('email#'))).toHaveLength(present.length);
      expect([...calm.owners.keys()].filter((key) => key.startsWith('username#'))).toHaveLength(present.length);
    },
  );
});
