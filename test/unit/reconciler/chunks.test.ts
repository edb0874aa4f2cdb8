import { describe, expect, it } from 'vitest';
import { reconcile } from '../../../functions/reconciler/reconcile.ts';
import { DirectoryUnavailable } from '../../../shared/ports/user-directory.ts';
import { StoreUnavailable } from '../../../shared/ports/user-store.ts';
import { collectSuspects, createSuspectSpool } from '../../../shared/sync/reconcile/suspects.ts';
import { each } from '../../../shared/sync/each.ts';
import { clerkUser, clerkUsers, userId } from './support/clerk.ts';
import { Journal } from './support/journal.ts';
import type { World } from './support/world.ts';
import { createWorld, liveUsers, spooledPieces, usersOfClerk } from './support/world.ts';

function users(from: number, to: number) {
  return Array.from({ length: to - from }, (_, n) => clerkUser(from + n));
}

async function execute(world: World, journal = new Journal()) {
  const summary = await journal.execute((context) => reconcile({ mode: 'full' }, context, world.deps));
  if (summary === 'died') throw new Error('The run died.');
  return { summary, journal };
}

/** Reading a row of the index takes this long, ms. */
function slowIndex(world: World, ms: number): void {
  const list = world.store.listByCreation.bind(world.store);
  world.store.listByCreation = async function* (from, options) {
    for await (const row of list(from, options)) {
      await world.time.advance(ms);
      yield row;
    }
  };
}

const NO_GUARD = { most: 10_000, mostOfAll: 1, share: 1, few: 10_000 };

describe('users whom the table has beyond the end of the list', () => {
  it('are spooled in several chunks when there are many, each of them once', async () => {
    const world = createWorld({ chunkMs: 1_000 });
    await world.mirror(users(0, 3_500));
    slowIndex(world, 1);
    const { summary, journal } = await execute(world);
    expect(summary).toMatchObject({ status: 'held', storedUsers: summary.suspects });
    expect(journal.steps.filter((name) => name.startsWith('walk-')).length).toBeGreaterThan(2);
    const spooled = new Set((await spooledPieces(world, summary.runId)).flat());
    expect([...spooled].toSorted()).toEqual(users(0, 3_500).map(({ id }) => id));
  });

  it('are spooled in several chunks when they lie between two users of the list, and each is judged once', async () => {
    const world = createWorld({ chunkMs: 1_000, guard: NO_GUARD });
    world.clerk.add(clerkUser(0), clerkUser(3_500));
    await world.mirror(users(0, 3_501));
    slowIndex(world, 1);
    const { summary, journal } = await execute(world);
    expect(journal.steps.filter((name) => name.startsWith('walk-')).length).toBeGreaterThan(2);
    expect(summary).toMatchObject({ status: 'repaired', suspects: 3_499, deleted: 3_499, storedUsers: 2 });
    expect(liveUsers(world)).toEqual(usersOfClerk(world));
  });

  it('are told from the users among whom they stand, however many lie between two', async () => {
    const world = createWorld({ guard: NO_GUARD });
    world.clerk.add(clerkUser(0), clerkUser(3_000));
    await world.mirror(users(0, 3_001));
    const { summary } = await execute(world);
    expect(summary).toMatchObject({ status: 'repaired', suspects: 2_999, deleted: 2_999, updated: 0, storedUsers: 2 });
    expect(liveUsers(world)).toEqual(usersOfClerk(world));
  });
});

describe('users of unknown creation time', () => {
  async function strangers(world: World, count: number): Promise<void> {
    world.clerk.add(...clerkUsers(5));
    for (let n = 0; n < count; n += 1) await world.createFromToken(userId(5_000 + n), { email: null });
  }

  it('are not asked about any further when more are missing than any run may delete', async () => {
    const world = createWorld({ guard: { most: 150, mostOfAll: 1, share: 1, few: 0 } });
    await strangers(world, 450);
    const { summary } = await execute(world);
    expect(summary).toMatchObject({ status: 'held', deleted: 0 });
    expect(world.clerk.count('listUsersById')).toBe(2);
  });

  it('are completed in several chunks when Clerk is slow', async () => {
    const world = createWorld({ chunkMs: 1_000, guard: NO_GUARD });
    await strangers(world, 350);
    world.clerk.answerPage = (page, { startingAfter }) => {
      if (page.length === 0 && startingAfter === undefined) world.clerk.add(...users(5_000, 5_350));
      return page;
    };
    world.clerk.before = (call) => (call.method === 'listUsersById' ? world.time.advance(600) : undefined);
    const { summary, journal } = await execute(world);
    expect(summary).toMatchObject({ status: 'repaired', updated: 350, deleted: 0, clerkUsers: 355, storedUsers: 355 });
    expect(journal.steps.filter((name) => name.startsWith('unknown-'))).toEqual([
      'unknown-1',
      'unknown-2',
      'unknown-3',
    ]);
  });

  it('stay suspects when their spool fails once', async () => {
    const world = createWorld({ guard: NO_GUARD });
    await strangers(world, 3);
    const put = world.runs.putSuspects.bind(world.runs);
    let failures = 1;
    world.runs.putSuspects = (...args) => {
      failures -= 1;
      return failures >= 0 ? Promise.reject(new StoreUnavailable('The table did not answer.')) : put(...args);
    };
    expect((await execute(world)).summary).toMatchObject({ status: 'repaired', suspects: 3, deleted: 3 });
  });
});

describe('the guard', () => {
  it('measures the deletions by the users there were before the run', async () => {
    const world = createWorld();
    world.clerk.add(...users(6, 10), ...users(100, 200));
    await world.mirror(users(0, 10));
    const { summary } = await execute(world);
    expect(summary).toMatchObject({ status: 'held', created: 100, suspects: 6 });
    expect(summary.heldBecause).toContain('all 10 live users');
  });

  it('does not mistake a growing Clerk for a list that is too long', async () => {
    const world = createWorld({ pageSize: 10 });
    world.clerk.add(...users(0, 100));
    await world.mirror(users(0, 101));
    world.clerk.before = (call) => {
      if (call.method !== 'listUsers' || call.number !== 9) return;
      for (const { id } of users(0, 4)) world.clerk.users.delete(id);
      const now = world.time.clock.now();
      world.clerk.add(...[1, 2].map((n) => clerkUser(900 + n, { record: { clerkCreatedAt: now + n } })));
    };
    const { summary } = await execute(world);
    expect(summary).toMatchObject({ status: 'repaired', created: 2, deleted: 1, clerkUsers: 98 });
  });
});

describe('the pace of a run', () => {
  it('fills an invocation with small chunks before it waits', async () => {
    const world = createWorld({ pageSize: 1, chunkMs: 10_000 });
    world.clerk.add(...clerkUsers(24));
    world.clerk.before = (call) => (call.method === 'listUsers' ? world.time.advance(5_000) : undefined);
    const { journal } = await execute(world);
    const walks = journal.steps.filter((name) => name.startsWith('walk-')).length;
    // 15 s a chunk after the first: two of them make an invocation.
    expect(journal.waits.length).toBeGreaterThan(1);
    expect(journal.waits.length).toBeLessThanOrEqual(Math.ceil(walks / 2));
  });

  it('pauses after a failure even when it came further before it', async () => {
    const world = createWorld({ pageSize: 5 });
    world.clerk.add(...clerkUsers(30));
    const failed = new Set<number>();
    world.clerk.before = (call) => {
      if (call.method !== 'listUsers' || ![3, 7].includes(call.number)) return;
      failed.add(call.number);
      throw new DirectoryUnavailable('Clerk answered 429.', { status: 429 });
    };
    const { summary, journal } = await execute(world);
    expect(summary).toMatchObject({ status: 'repaired', created: 30 });
    expect(failed.size).toBe(2);
    expect(journal.waits).toEqual([
      { name: 'walk-1-retry', seconds: 5 },
      { name: 'walk-2-retry', seconds: 5 },
    ]);
  });

  it('pauses for as long as Clerk asks to be left alone, where that is longer', async () => {
    const world = createWorld({ pageSize: 5 });
    world.clerk.add(...clerkUsers(30));
    world.clerk.before = (call) => {
      const isRefused =
        (call.method === 'listUsers' && call.number === 3) || (call.method === 'countUsers' && call.number === 2);
      if (isRefused) throw new DirectoryUnavailable('Clerk answered 429.', { status: 429, retryAfterMs: 90_400 });
    };
    const { summary, journal } = await execute(world);
    expect(summary).toMatchObject({ status: 'repaired', created: 30 });
    expect(journal.waits).toEqual([{ name: 'walk-1-retry', seconds: 91 }]);
    expect(journal.retries).toEqual([{ name: 'judge', seconds: 91 }]);
  });

  it('pauses for three minutes at a time at most: its lease must outlive a pause', async () => {
    const world = createWorld();
    world.clerk.add(...clerkUsers(3));
    world.clerk.before = (call) => {
      if (call.method !== 'listUsers') return;
      throw new DirectoryUnavailable('Clerk answered 429.', { status: 429, retryAfterMs: 86_400_000 });
    };
    const { summary, journal } = await execute(world);
    expect(summary).toMatchObject({ status: 'failed', failedBecause: 'Clerk answered 429.' });
    expect(journal.waits.map(({ seconds }) => seconds)).toEqual([180, 180, 180]);
  });

  it('ends at once when Clerk refuses the key on the way', async () => {
    const world = createWorld({ pageSize: 5 });
    world.clerk.add(...clerkUsers(30));
    world.clerk.before = (call) => {
      if (call.method === 'listUsers' && call.number > 2) {
        throw new DirectoryUnavailable('Clerk refused the secret key.', { status: 401 });
      }
    };
    const { summary, journal } = await execute(world);
    expect(summary).toMatchObject({ status: 'failed', created: 10, failedBecause: 'Clerk refused the secret key.' });
    expect(journal.waits).toEqual([]);
    expect(world.clerk.count('listUsers')).toBe(3);
  });
});

describe('work that is done for several at a time', () => {
  it('is never begun for more than that', async () => {
    let underWay = 0;
    let most = 0;
    const done: number[] = [];
    await each([1, 2, 3, 4, 5, 6, 7], 3, async (item) => {
      underWay += 1;
      most = Math.max(most, underWay);
      await Promise.resolve();
      underWay -= 1;
      done.push(item);
    });
    expect(most).toBe(3);
    expect(new Set(done)).toEqual(new Set([1, 2, 3, 4, 5, 6, 7]));
  });

  it('begins nothing new after a failure, ends what is under way, and fails with the first one', async () => {
    const begun: number[] = [];
    const ended: number[] = [];
    const working = each([1, 2, 3, 4, 5, 6], 2, async (item) => {
      begun.push(item);
      if (item === 2) throw new Error('second');
      for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
      ended.push(item);
    });
    await expect(working).rejects.toThrow('second');
    expect(begun).toEqual([1, 2]);
    expect(ended).toEqual([1]);
  });

  it('is nothing for nobody', async () => {
    await each([], 8, () => Promise.reject(new Error('never')));
    expect.assertions(0);
  });
});

describe('the spool of suspects', () => {
  it('is written anew from the same piece on by a repeated chunk, and read as a set in one order', async () => {
    const { runs } = createWorld();
    for (const ids of [
      ['b', 'a'],
      ['b', 'c', 'a'],
    ]) {
      const spool = createSuspectSpool(runs, 'run-1', 0);
      await spool.add(ids);
      await spool.flush();
      expect(spool.nextPiece()).toBe(1);
    }
    const second = createSuspectSpool(runs, 'run-1', 1);
    await second.add(['c', 'd']);
    await second.flush();
    expect(await collectSuspects(runs, 'run-1', 10)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('is read only as far as it matters', async () => {
    let read = 0;
    const runs = {
      ...createWorld().runs,
      async *suspects() {
        for (;;) {
          read += 1;
          yield [`user_${read}`];
          await Promise.resolve();
        }
      },
    };
    expect(await collectSuspects(runs, 'run-1', 3)).toHaveLength(4);
    expect(read).toBe(4);
  });
});
