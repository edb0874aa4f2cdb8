import { describe, expect, it } from 'vitest';
import { reconcile } from '../../../functions/reconciler/reconcile.ts';
import { DirectoryUnavailable } from '../../../shared/ports/user-directory.ts';
import { StoreUnavailable } from '../../../shared/ports/user-store.ts';
import { planWalk } from '../../../shared/sync/reconcile/plan-walk.ts';
import { clerkUser, clerkUsers, EPOCH, userId } from './support/clerk.ts';
import { Journal } from './support/journal.ts';
import type { World } from './support/world.ts';
import { createWorld, liveUsers, usersOfClerk } from './support/world.ts';

const MINUTE = 60_000;
const at = (n: number): number => EPOCH + n * MINUTE;

/** 200 users, a page of ten every minute, divided into four windows of fifty. */
async function dividedWorld(): Promise<World> {
  const world = createWorld({ pageSize: 10 });
  world.clerk.add(...clerkUsers(200));
  await world.runs.putMarks([50, 100, 150].map(at));
  return world;
}

function pagesOf(world: World) {
  return world.clerk.calls.flatMap((call) => (call.method === 'listUsers' ? [call.page] : []));
}

describe('the windows of a walk', () => {
  it('are read at the same time', async () => {
    const world = await dividedWorld();
    await world.run();
    const firsts = pagesOf(world).slice(0, 4);
    expect(firsts.map(({ createdAfter }) => createdAfter)).toEqual([undefined, at(50) - 1, at(100) - 1, at(150) - 1]);
  });

  it('cost one page each beside those that the users fill, the empty one, and the question behind it', async () => {
    const world = await dividedWorld();
    await world.mirror(clerkUsers(200));
    expect(await world.run()).toMatchObject({ status: 'in-sync', clerkUsers: 200, storedUsers: 200 });
    expect(world.clerk.count('listUsers')).toBeLessThanOrEqual(200 / 10 + 3 + 2);
    expect(world.clerk.calls.length).toBeLessThanOrEqual(200 / 10 + 10);
    expect(world.writes).toEqual([]);
  });

  it('read no further in the index than their ends', async () => {
    const world = await dividedWorld();
    await world.mirror(clerkUsers(200));
    const list = world.store.listByCreation.bind(world.store);
    const read: number[] = [];
    world.store.listByCreation = async function* (from, options) {
      for await (const row of list(from, options)) {
        read.push(row.clerkCreatedAt);
        yield row;
      }
    };
    await world.run();
    expect(read.toSorted((a, b) => a - b)).toEqual(clerkUsers(200).map(({ record }) => record.clerkCreatedAt));
  });

  it('find and spool together what the table has too many, misses and has differently', async () => {
    const world = await dividedWorld();
    const half = Array.from({ length: 200 }, (_, n) => clerkUser(300 + n, { record: { clerkCreatedAt: at(n) + 1 } }));
    await world.mirror([...clerkUsers(190), ...half.filter((_, n) => n % 60 === 0)]);
    const summary = await world.run();
    expect(summary).toMatchObject({ status: 'repaired', created: 10, deleted: 4, suspects: 4, storedUsers: 200 });
    expect(liveUsers(world)).toEqual(usersOfClerk(world));
  });

  it('write no more users at a time than one would', async () => {
    const world = await dividedWorld();
    let underWay = 0;
    let most = 0;
    world.store.beforeWrite = async () => {
      underWay += 1;
      most = Math.max(most, underWay);
      for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
      underWay -= 1;
    };
    expect(await world.run()).toMatchObject({ created: 200 });
    expect(most).toBe(world.deps.limits.atOnce);
  });

  it('go on from where each of them stopped', async () => {
    const world = createWorld({ pageSize: 10, chunkMs: 2_000 });
    world.clerk.add(...clerkUsers(200));
    await world.runs.putMarks([at(20), at(40), at(60)]);
    world.clerk.before = (call) => (call.method === 'listUsers' ? world.time.advance(500) : undefined);
    const journal = new Journal();
    expect(await world.run(journal)).toMatchObject({ created: 200, clerkUsers: 200, storedUsers: 200 });
    expect(journal.steps.filter((name) => name.startsWith('walk-')).length).toBeGreaterThan(2);
    expect(liveUsers(world)).toEqual(usersOfClerk(world));
  });
});

describe('trouble in one window', () => {
  it('loses nothing of what the others have done, and is told once', async () => {
    const world = await dividedWorld();
    let hasFailed = false;
    world.clerk.before = (call) => {
      if (call.method !== 'listUsers' || call.page.startingAfter !== userId(69) || hasFailed) return;
      hasFailed = true;
      throw new DirectoryUnavailable('Clerk answered 502.', { status: 502 });
    };
    const journal = new Journal();
    expect(await world.run(journal)).toMatchObject({ status: 'repaired', created: 200, storedUsers: 200 });
    expect(journal.waits.map(({ name }) => name)).toEqual(['walk-1-retry']);
    // What the first chunk has walked of the other windows is not asked for again.
    const again = pagesOf(world).filter(({ createdAfter }) => createdAfter === at(100) - 1);
    expect(new Set(again.map(({ startingAfter }) => startingAfter)).size).toBe(again.length);
    expect(liveUsers(world)).toEqual(usersOfClerk(world));
  });

  it('that waiting cannot help ends the run at once', async () => {
    const world = await dividedWorld();
    world.clerk.before = (call) => {
      if (call.method !== 'listUsers') return;
      if (call.page.createdAfter === at(50) - 1) throw new DirectoryUnavailable('Clerk answered 500.', { status: 500 });
      if (call.page.createdAfter === at(150) - 1) throw new DirectoryUnavailable('Refused.', { status: 401 });
    };
    const journal = new Journal();
    expect(await world.run(journal)).toMatchObject({ status: 'failed', failedBecause: 'Refused.', deleted: 0 });
    expect(journal.waits).toEqual([]);
  });

  it('that nobody expects ends the chunk after what the others are at, and nothing goes on behind it', async () => {
    const world = await dividedWorld();
    world.store.beforeWrite = ({ next }) => {
      if (next.id === userId(60)) throw new TypeError('unheard of');
    };
    const journal = new Journal();
    const summary = await world.run(journal);
    expect(summary).toMatchObject({ status: 'failed', deleted: 0 });
    const written = world.writes.length;
    for (let turn = 0; turn < 1_000; turn += 1) await Promise.resolve();
    expect(world.writes).toHaveLength(written);
  });

  it('at their common spool makes all of them go back, and forgets no suspect', async () => {
    const world = await dividedWorld();
    const extra = [10, 60, 110, 160].map((n) => clerkUser(300 + n, { record: { clerkCreatedAt: at(n) + 1 } }));
    await world.mirror([...clerkUsers(200), ...extra]);
    const put = world.runs.putSuspects.bind(world.runs);
    let failures = 2;
    world.runs.putSuspects = (...args) => {
      failures -= 1;
      return failures >= 0 ? Promise.reject(new StoreUnavailable('The table did not answer.')) : put(...args);
    };
    expect(await world.run()).toMatchObject({ status: 'repaired', deleted: 4, suspects: 4, storedUsers: 200 });
    expect(liveUsers(world)).toEqual(usersOfClerk(world));
  });
});

describe('where a walk is divided', () => {
  it('is learnt by one run and used by the next, in parts of about one size', async () => {
    const world = createWorld({ pageSize: 10 });
    world.clerk.add(...clerkUsers(640));
    await world.run();
    const marks = await world.runs.marks();
    expect(marks.length).toBeGreaterThan(28);
    expect(marks).toEqual(marks.toSorted((a, b) => a - b));
    const { windows } = await planWalk(world.deps, 640);
    const sizes = windows.map(({ from, until = Infinity }) => {
      return clerkUsers(640).filter(({ record }) => record.clerkCreatedAt >= from && record.clerkCreatedAt < until)
        .length;
    });
    expect(sizes).toHaveLength(4);
    expect(Math.min(...sizes)).toBeGreaterThan(640 / 4 - 40);
    expect(sizes.reduce((sum, size) => sum + size)).toBe(640);
  });

  it('is learnt as well by a run of several windows and chunks', async () => {
    const world = createWorld({ pageSize: 10, chunkMs: 2_000 });
    world.clerk.add(...clerkUsers(640));
    await world.runs.putMarks([at(10), at(20), at(600)]);
    world.clerk.before = (call) => (call.method === 'listUsers' ? world.time.advance(500) : undefined);
    await world.run();
    const marks = await world.runs.marks();
    const sizes = marks.map((mark, n) => (mark - (marks[n - 1] ?? EPOCH)) / MINUTE);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(2 * 20);
    expect(marks.length).toBeGreaterThan(26);
  });

  it('is nowhere when no run has left marks, or when the list is short', async () => {
    const world = createWorld({ pageSize: 10 });
    expect((await planWalk(world.deps, 10_000)).windows).toEqual([{ from: 0 }]);
    await world.runs.putMarks([at(1), at(2), at(3)]);
    expect((await planWalk(world.deps, 199)).windows).toEqual([{ from: 0 }]);
    expect((await planWalk(world.deps, 200)).windows).toHaveLength(4);
  });

  it.each([
    [[1], 2],
    [[1, 2], 3],
    [[5, 5, 5, 5], 2],
    [[0, 0, 9], 2],
  ])('is at most once at each of the marks %j', async (marks, windows) => {
    const world = createWorld({ pageSize: 1 });
    await world.runs.putMarks(marks);
    const plan = await planWalk(world.deps, 1_000);
    expect(plan.windows).toHaveLength(windows);
    expect(plan.windows[0]?.from).toBe(0);
    expect(plan.windows.at(-1)?.until).toBeUndefined();
    for (const [n, { until }] of plan.windows.entries()) expect(until).toBe(plan.windows[n + 1]?.from);
  });

  it('is not learnt from a run that failed on its way', async () => {
    const world = createWorld({ pageSize: 10 });
    world.clerk.add(...clerkUsers(640));
    world.clerk.before = (call) => {
      if (call.method === 'listUsers' && call.number > 60) throw new DirectoryUnavailable('Refused.', { status: 401 });
    };
    expect(await world.run()).toMatchObject({ status: 'failed' });
    expect(await world.runs.marks()).toEqual([]);
  });
});

describe('a run in windows that is replayed', () => {
  it('asks the execution for the same operations', async () => {
    const world = createWorld({ pageSize: 10, chunkMs: 2_000 });
    world.clerk.add(...clerkUsers(300));
    await world.runs.putMarks([at(20), at(140), at(260)]);
    world.clerk.before = (call) => (call.method === 'listUsers' ? world.time.advance(500) : undefined);
    const journal = new Journal();
    const execute = () => journal.execute((context) => reconcile({ mode: 'full' }, context, world.deps));
    const first = await execute();
    const operations = [...journal.operations];
    expect(await execute()).toEqual(first);
    expect(journal.operations).toEqual(operations);
  });
});
