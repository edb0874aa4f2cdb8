import { describe, expect, it } from 'vitest';
import { reconcile } from '../../../functions/reconciler/reconcile.ts';
import type { DirectoryUser } from '../../../shared/ports/user-directory.ts';
import { DirectoryUnavailable } from '../../../shared/ports/user-directory.ts';
import { StoreUnavailable } from '../../../shared/ports/user-store.ts';
import { all } from '../../support/contracts/user-store.ts';
import type { UserOverrides } from './support/clerk.ts';
import { clerkUser, clerkUsers, EPOCH, userId } from './support/clerk.ts';
import { Journal } from './support/journal.ts';
import type { World } from './support/world.ts';
import { createWorld, liveUsers, START, usersOfClerk } from './support/world.ts';

const INSTANT = EPOCH + 5 * 60_000 + 1;

/** User number 1,000 + `n`, imported to the one instant. */
function imported(n: number, overrides: UserOverrides = {}): DirectoryUser {
  return clerkUser(1_000 + n, { ...overrides, record: { clerkCreatedAt: INSTANT, ...overrides.record } });
}

function importedUsers(count: number, from = 0): DirectoryUser[] {
  return Array.from({ length: count }, (_, n) => imported(from + n));
}

/** Ten users one by one and 95 of one instant, in pages of 10 and one page a chunk; more than 20 of one instant are many. */
function importedWorld(): World {
  const world = createWorld({ pageSize: 10, chunkMs: 1_000, largeMoment: 20 });
  world.clerk.add(...clerkUsers(10), ...importedUsers(95));
  world.clerk.before = (call) => (call.method === 'listUsers' ? world.time.advance(1_000) : undefined);
  return world;
}

function walks(journal: Journal): string[] {
  return journal.steps.filter((name) => name.startsWith('walk-'));
}

describe('very many users of one creation time', () => {
  it('are walked in many chunks, and created once each', async () => {
    const world = importedWorld();
    const journal = new Journal();
    const summary = await world.run(journal);
    expect(summary).toMatchObject({ status: 'repaired', created: 105, clerkUsers: 105, storedUsers: 105 });
    expect(walks(journal).length).toBeGreaterThan(8);
    expect(world.writes).toHaveLength(105);
    expect(liveUsers(world)).toEqual(usersOfClerk(world));
    // Hardly a user is asked for twice: only those whom a chunk has met before it knew how many there are.
    expect(world.clerk.count('listUsers')).toBeLessThanOrEqual(105 / 10 + 6);
  });

  it('are found to be in sync without asking for anybody by id', async () => {
    const world = importedWorld();
    await world.mirror([...clerkUsers(10), ...importedUsers(95)]);
    const journal = new Journal();
    expect(await world.run(journal)).toMatchObject({ status: 'in-sync', storedUsers: 105, suspects: 0 });
    expect(walks(journal).length).toBeGreaterThan(8);
    expect(world.writes).toEqual([]);
    expect(world.clerk.count('listUsersById')).toBe(0);
  });

  it('are looked for by id when the table has too many of them, and only those are deleted', async () => {
    const world = importedWorld();
    await world.mirror([...clerkUsers(10), ...importedUsers(90), imported(200), imported(201)]);
    const summary = await world.run();
    expect(summary).toMatchObject({ status: 'repaired', created: 5, updated: 0, deleted: 2, suspects: 2 });
    expect(summary).toMatchObject({ clerkUsers: 105, storedUsers: 105 });
    expect(world.clerk.count('listUsersById')).toBe(1);
    expect(liveUsers(world)).toEqual(usersOfClerk(world));
    expect(await world.run()).toMatchObject({ status: 'in-sync', suspects: 0 });
  });

  it('are counted once, also whom Clerk changes between the list and the question', async () => {
    const world = importedWorld();
    await world.mirror([...clerkUsers(10), ...importedUsers(95), imported(200)]);
    const before = world.clerk.before;
    world.clerk.before = (call) => {
      if (call.method === 'listUsersById') {
        world.clerk.add(imported(3, { profile: { lastName: 'Later' }, asOf: START }));
      }
      return before(call);
    };
    const summary = await world.run();
    expect(summary).toMatchObject({ status: 'repaired', updated: 1, deleted: 1, drift: { lastName: 1 } });
    expect(summary).toMatchObject({ clerkUsers: 105, storedUsers: 105 });
  });

  it('whom only the table has are all suspects, and nobody else is', async () => {
    const world = createWorld({ pageSize: 10, largeMoment: 5, guard: { most: 500, mostOfAll: 1, share: 1, few: 0 } });
    world.clerk.add(...clerkUsers(30));
    await world.mirror([...clerkUsers(30), ...importedUsers(20)]);
    expect(await world.run()).toMatchObject({ status: 'repaired', deleted: 20, storedUsers: 30 });
    expect(liveUsers(world)).toEqual(usersOfClerk(world));
  });

  it('come right where they are the last and the only ones, one more or less than many', async () => {
    for (const count of [20, 21, 22]) {
      const world = createWorld({ pageSize: 10, chunkMs: 1, largeMoment: 20 });
      world.clerk.add(...importedUsers(count));
      world.clerk.before = () => world.time.advance(1);
      await world.mirror([...importedUsers(count - 2), imported(300)]);
      expect(await world.run()).toMatchObject({ created: 2, deleted: 1, storedUsers: count });
      expect(liveUsers(world)).toEqual(usersOfClerk(world));
    }
  });

  it('are told by a dry run as by the run after it', async () => {
    const world = importedWorld();
    const older = (n: number) => imported(n, { profile: { lastName: 'Before' }, asOf: 1 });
    const moved = imported(12, { record: { clerkCreatedAt: EPOCH + 1 }, asOf: 1 });
    await world.mirror([...clerkUsers(10), ...importedUsers(60, 20), older(10), older(11), moved, imported(200)]);
    await world.remove(userId(1_030), START - 3_600_000);
    const drift = { lastName: 2, clerkCreatedAt: 1, deletedAt: 1 };
    const found = { created: 32, updated: 3, restored: 1, deleted: 1, drift };
    const journal = new Journal();
    const dry = await world.run(journal, { mode: 'full', dryRun: true });
    expect(dry).toMatchObject({ ...found, status: 'drift', clerkUsers: 105, storedUsers: 73 });
    expect(walks(journal).length).toBeGreaterThan(8);
    expect(world.writes).toEqual([]);
    expect(await world.run()).toMatchObject({ ...found, status: 'repaired', storedUsers: 105 });
    expect(liveUsers(world)).toEqual(usersOfClerk(world));
    expect(await world.run(new Journal(), { mode: 'full', dryRun: true })).toMatchObject({ status: 'in-sync' });
  });

  it('who wait for a name that has lost its queue are queued again', async () => {
    const world = importedWorld();
    const email = 'person1000@example.com';
    const second = imported(1, { record: { verifiedEmail: email } });
    world.clerk.add(second);
    await world.mirror([...importedUsers(95).filter(({ id }) => id !== second.id), second]);
    const name = { kind: 'email', value: email } as const;
    world.loseReservation(name);
    await world.run();
    const { owner, claimants } = await world.store.reservation(name);
    expect([owner, ...claimants]).toContain(second.id);
  });

  it('of whom one cannot be stored are all the others', async () => {
    const world = importedWorld();
    const huge = imported(50, { record: { publicMetadata: { text: 'x'.repeat(500_000) } }, asOf: START - 1 });
    await world.mirror([...clerkUsers(10), ...importedUsers(90)]);
    world.clerk.add(huge);
    const summary = await world.run();
    expect(summary).toMatchObject({ status: 'failed', created: 5, unstorable: 1, suspects: 0, storedUsers: 105 });
    expect(world.clerk.count('listUsersById')).toBe(0);
  });
});

describe('a walk that breaks off among them', () => {
  const WALKS = ['walk-1', 'walk-2', 'walk-3', 'walk-5', 'walk-8', 'unknown', 'unknown-1', 'delete-1'];

  it.each(WALKS)('by the death of its process after %s ends right, with exact counts', async (step) => {
    const world = importedWorld();
    const older = imported(40, { profile: { lastName: 'Before' }, asOf: 1 });
    await world.mirror([...clerkUsers(8), ...importedUsers(40), older, imported(200)]);
    const journal = new Journal();
    journal.dieAfter = step;
    const execute = () => journal.execute((context) => reconcile({ mode: 'full' }, context, world.deps));
    expect(await execute()).toBe('died');
    const summary = await execute();
    expect(summary).toMatchObject({ created: 56, updated: 1, deleted: 1, drift: { lastName: 1 }, storedUsers: 105 });
    expect(liveUsers(world)).toEqual(usersOfClerk(world));
    expect(new Set(journal.steps).size).toBe(journal.steps.length);
    expect(await world.run()).toMatchObject({ status: 'in-sync' });
  });

  it.each([13, 25, 60])(
    'because the table fails at write %i goes on there, and misses nobody it has too many',
    async (n) => {
      const world = importedWorld();
      await world.mirror([...importedUsers(20), imported(200)]);
      let attempts = 0;
      world.store.beforeWrite = () => {
        attempts += 1;
        if (attempts >= n && attempts < n + 30) throw new StoreUnavailable('The table did not answer.');
      };
      const summary = await world.run();
      expect(summary).toMatchObject({ status: 'repaired', created: 85, deleted: 1, storedUsers: 105 });
      expect(liveUsers(world)).toEqual(usersOfClerk(world));
    },
  );

  it('because the user at its cursor is gone begins them anew, once, and counts whom it meets again', async () => {
    const world = importedWorld();
    await world.mirror([...importedUsers(20), imported(200)]);
    let gone: string | undefined;
    const before = world.clerk.before;
    world.clerk.before = (call) => {
      if (call.method === 'listUsers' && call.number === 6) {
        gone = call.page.startingAfter;
        world.clerk.users.delete(gone ?? '');
      }
      return before(call);
    };
    const journal = new Journal();
    const summary = await world.run(journal);
    expect(gone).toMatch(/^user_001/);
    expect(journal.waits.map(({ name }) => name)).toHaveLength(1);
    // She was created by this very run before she went, and is not met again: whether she is really gone is for the next one to say.
    expect(summary).toMatchObject({ created: 84, deleted: 1, suspects: 2, clerkUsers: 104 });
    expect(world.writes.filter(({ expected }) => expected === undefined)).toHaveLength(85);
    expect(await world.run()).toMatchObject({ created: 0, updated: 0, deleted: 1, storedUsers: 104 });
    expect(liveUsers(world)).toEqual(usersOfClerk(world));
  });

  it('in a dry run begins them anew without counting anybody twice', async () => {
    const world = importedWorld();
    await world.mirror(importedUsers(20));
    const before = world.clerk.before;
    world.clerk.before = (call) => {
      if (call.method === 'listUsers' && call.number === 8) world.clerk.users.delete(call.page.startingAfter ?? '');
      return before(call);
    };
    const dry = await world.run(new Journal(), { mode: 'full', dryRun: true });
    const { created, deleted } = await world.run();
    expect(dry).toMatchObject({ created, deleted, clerkUsers: 104 });
  });

  it('again and again, whatever it does, fails the run and deletes nobody', async () => {
    const world = importedWorld();
    world.clerk.add(...importedUsers(300, 95));
    await world.mirror([imported(900)]);
    const before = world.clerk.before;
    world.clerk.before = (call) => {
      if (call.method === 'listUsers' && call.number % 3 === 0) world.clerk.users.delete(call.page.startingAfter ?? '');
      return before(call);
    };
    const summary = await world.run();
    expect(summary).toMatchObject({ status: 'failed', deleted: 0 });
    expect(summary.failedBecause).toContain('one creation time');
    expect(world.clerk.count('listUsers')).toBeLessThan(100);
  });

  it('because Clerk fails goes on behind the last page, not at the first', async () => {
    const world = createWorld({ pageSize: 10, largeMoment: 20 });
    world.clerk.add(...importedUsers(95));
    const failed = new Set<number>();
    world.clerk.before = (call) => {
      if (call.method !== 'listUsers' || ![5, 8].includes(call.number)) return;
      failed.add(call.number);
      throw new DirectoryUnavailable('Clerk answered 500.', { status: 500 });
    };
    expect(await world.run()).toMatchObject({ status: 'repaired', created: 95, storedUsers: 95 });
    expect(failed.size).toBe(2);
    expect(world.clerk.count('listUsers')).toBe(10 + 2 + 2);
  });
});

describe('an index that lags', () => {
  it('behind deletions makes a run ask for them all, and deletes nobody whom Clerk has', async () => {
    const world = importedWorld();
    await world.mirror([...clerkUsers(10), ...importedUsers(95), imported(200)]);
    const rows = await all(world.store.listByCreation(INSTANT, { until: INSTANT + 1 }));
    await world.remove(userId(1_200), START - 1);
    const list = world.store.listByCreation.bind(world.store);
    world.store.listByCreation = async function* (from, options) {
      if (from === INSTANT && options?.until === INSTANT + 1) yield* rows;
      else yield* list(from, options);
    };
    const summary = await world.run();
    expect(summary).toMatchObject({ status: 'in-sync', deleted: 0, suspects: 1, storedUsers: 105 });
    expect(world.clerk.count('listUsersById')).toBe(1);
  });

  it('behind creations may hide one too many for a run, and not from the next', async () => {
    const world = importedWorld();
    await world.mirror([...clerkUsers(10), ...importedUsers(90), imported(200)]);
    const list = world.store.listByCreation.bind(world.store);
    let isLagging = true;
    const seen = new Set(world.stored().map(({ id }) => id));
    world.store.listByCreation = async function* (from, options) {
      for await (const row of list(from, options)) if (!isLagging || seen.has(row.id)) yield row;
    };
    expect(await world.run()).toMatchObject({ created: 5, deleted: 0 });
    isLagging = false;
    expect(await world.run()).toMatchObject({ created: 0, deleted: 1, storedUsers: 105 });
    expect(liveUsers(world)).toEqual(usersOfClerk(world));
  });
});
