import { describe, expect, it } from 'vitest';
import { reconcile } from '../../../functions/reconciler/reconcile.ts';
import { areCountsEqual } from '../../../shared/sync/reconcile/compare-counts.ts';
import { clerkUser, clerkUsers, userId } from './support/clerk.ts';
import { changed, HOUR_MS, incremental, incrementalDyingAfter, mirroredWorld } from './support/incremental.ts';
import { Journal } from './support/journal.ts';
import type { World } from './support/world.ts';
import { createWorld, liveUsers, usersOfClerk } from './support/world.ts';

/** Three users are gone from Clerk and three others changed, and no webhook arrived. */
async function shrunkWorld(limits = {}): Promise<World> {
  const world = await mirroredWorld(60, limits);
  for (const n of [10, 20, 30]) world.clerk.users.delete(userId(n));
  world.clerk.add(...[1, 2, 3].map((n) => changed(n)));
  return world;
}

const REPAIRS = { updated: 3, deleted: 3, created: 0, clerkUsers: 57, storedUsers: 57, drift: { lastName: 3 } };

/** Whether a walk of all users was begun. */
function hasWalkedAll(world: World): boolean {
  return world.clerk.calls.some((call) => call.method === 'listUsers' && !call.page.banned);
}

describe('an incremental run becomes a full one', () => {
  it('when the two counts differ twice, and carries over what it has done', async () => {
    const world = await shrunkWorld();
    const journal = new Journal();
    const summary = await incremental(world, {}, journal);
    expect(summary).toMatchObject({ status: 'repaired', ...REPAIRS });
    expect(summary.becauseFull).toBe(
      'The table has 60 live users and Clerk counts 57; the last full run left 0 between them.',
    );
    expect(journal.waits).toEqual([{ name: 'recount-wait', seconds: 20 }]);
    expect(await world.runs.get(summary.runId)).toMatchObject({ mode: 'full', becauseFull: summary.becauseFull });
    expect(liveUsers(world)).toEqual(usersOfClerk(world));
  });

  it('under the same lease, which it keeps to the end', async () => {
    const world = await shrunkWorld();
    const fences = new Set<number>();
    world.store.beforeWrite = ({ lease }) => void (lease && fences.add(lease.fence));
    await incremental(world);
    expect([...fences]).toEqual([2]);
    expect(await world.lease.take('next', 0)).toMatchObject({ holder: 'next', fence: 3 });
  });

  it('and is one for whoever looks: its metrics, its deletions, what it supersedes', async () => {
    const world = await mirroredWorld(60, { mostChanged: 5 });
    for (const n of clerkUsers(25).keys()) world.clerk.users.delete(userId(n));
    const held = await world.run();
    expect(held.status).toBe('held');
    world.clerk.add(...clerkUsers(25).slice(18), ...[40, 41, 42, 43, 44, 45].map((n) => changed(n)));
    await world.time.advance(HOUR_MS);
    const durations = (): number => world.metrics.recorded().filter(({ name }) => name === 'ReconcileDuration').length;
    const before = durations();

    const summary = await incremental(world);

    expect(summary).toMatchObject({ status: 'repaired', updated: 6, deleted: 18 });
    expect(summary.becauseFull).toBeDefined();
    expect(durations()).toBe(before + 1);
    const approval = await world.run(new Journal(), { mode: 'approve', run: held.runId });
    expect(approval.failedBecause).toContain(`superseded by the newer full run ${summary.runId}`);
    for (const n of [30, 31, 32]) world.clerk.users.delete(userId(n));
    const next = await world.run();
    expect(next).toMatchObject({ status: 'held' });
    expect(next.heldBecause).toContain('18 were deleted in the last 24 hours');
  });

  it('when Clerk has changed more users than it may look at', async () => {
    const world = await mirroredWorld(60, { mostChanged: 25 });
    world.clerk.add(...Array.from({ length: 26 }, (_, n) => changed(n)));
    const summary = await incremental(world);
    expect(summary).toMatchObject({ status: 'repaired', updated: 26, drift: { lastName: 26 } });
    expect(summary.becauseFull).toMatch(/^Clerk has changed more than 25 users since 2026-12-31T23:50:00.000Z\.$/);
    expect(world.writes).toHaveLength(26);
  });

  it.each([{ pageSize: 3, chunkMs: 1 }, { pageSize: 10 }])('and not for one fewer (%o)', async (limits) => {
    const world = await mirroredWorld(60, { mostChanged: 25, ...limits });
    world.clerk.before = () => world.time.advance(5);
    world.clerk.add(...Array.from({ length: 25 }, (_, n) => changed(n)));
    const summary = await incremental(world);
    expect(summary).toMatchObject({ status: 'repaired', updated: 25 });
    expect(summary).not.toHaveProperty('becauseFull');
  });

  it('when Clerk does not heed the offset: such a list has no end', async () => {
    const world = await mirroredWorld(60, { mostChanged: 40 });
    const list = world.clerk.listUpdated.bind(world.clerk);
    world.clerk.listUpdated = (page) => list({ ...page, offset: 0 });
    const summary = await incremental(world, { since: 1_500_000_000_000 });
    expect(summary).toMatchObject({ status: 'in-sync', storedUsers: 60 });
    expect(summary.becauseFull).toContain('more than 40 users');
  });

  it('when there is no watermark, and leaves one', async () => {
    const world = createWorld();
    world.clerk.add(...clerkUsers(30));
    const summary = await incremental(world);
    expect(summary).toMatchObject({ status: 'repaired', created: 30 });
    expect(summary.becauseFull).toContain('no watermark');
    expect(await world.watermark.get()).toEqual({ updatedAt: world.time.clock.now(), apart: 0 });
    expect(await incremental(world)).not.toHaveProperty('becauseFull');
  });

  const steps = [
    'resume',
    'updated-1',
    'stored-1',
    'recount-1',
    'clerk-3',
    'open',
    'walk-1',
    'judge',
    'delete-1',
    'close',
  ];
  it('and counts exactly, also when its process dies after each of its steps', async () => {
    const world = await shrunkWorld();
    expect(await incrementalDyingAfter(world, steps)).toMatchObject({ status: 'repaired', ...REPAIRS });
    expect(world.writes).toHaveLength(6);
    expect(liveUsers(world)).toEqual(usersOfClerk(world));
  });

  it('and tells of a user whom the table cannot keep once', async () => {
    const world = await mirroredWorld();
    const huge = { record: { publicMetadata: { text: 'x'.repeat(500_000) } } };
    world.clerk.add(changed(80, huge));
    expect(await incremental(world)).toMatchObject({
      status: 'failed',
      unstorable: 1,
      clerkUsers: 61,
      storedUsers: 60,
    });
  });

  it('and fails like one, with what it has done until then', async () => {
    const world = await shrunkWorld();
    world.clerk.before = (call) => {
      if (call.method === 'listUsers' && !call.page.banned) throw new Error('out of order');
    };
    const summary = await incremental(world);
    expect(summary).toMatchObject({ status: 'failed', updated: 3, deleted: 0 });
    expect(world.metrics.sum('ReconcileFailed')).toBe(1);
  });
});

describe('a difference between the counts', () => {
  it('that is under way is gone after a while, and starts nothing', async () => {
    const world = await mirroredWorld();
    const latecomer = changed(70);
    world.clerk.add(latecomer);
    // She has signed up just now: Clerk's list does not show her yet, and her webhook takes a few seconds.
    world.clerk.listUpdated = () => Promise.resolve(world.clerk.lastUpdated().filter(({ id }) => id !== latecomer.id));
    const journal = new Journal();
    const wait = journal.wait.bind(journal);
    journal.wait = async (name, duration) => {
      await world.mirror([latecomer]);
      return wait(name, duration);
    };
    const summary = await incremental(world, {}, journal);
    expect(journal.waits).toEqual([{ name: 'recount-wait', seconds: 20 }]);
    expect(summary).toMatchObject({ status: 'in-sync', clerkUsers: 61, storedUsers: 61 });
    expect(hasWalkedAll(world)).toBe(false);
  });

  it('of an instance that never stops growing is bridged by its growth: webhooks take a few seconds', async () => {
    const world = await mirroredWorld();
    const waiting: number[] = [];
    let next = 100;
    world.clerk.before = async (call) => {
      if (call.method !== 'countUsers' || call.number < 2) return;
      world.clerk.add(changed(next));
      waiting.push(next);
      next += 1;
    };
    const journal = new Journal();
    const wait = journal.wait.bind(journal);
    journal.wait = async (name, duration) => {
      await world.mirror(waiting.splice(0).map((n) => changed(n)));
      return wait(name, duration);
    };
    world.clerk.calls.length = 0;
    const summary = await incremental(world, {}, journal);
    expect(journal.waits).toHaveLength(1);
    expect(summary).not.toHaveProperty('becauseFull');
  });

  it('that a held run knows of starts no full run every hour, and a further one does', async () => {
    const world = await mirroredWorld(100);
    for (const n of clerkUsers(30).keys()) world.clerk.users.delete(userId(n));
    expect(await incremental(world)).toMatchObject({ status: 'held', suspects: 30, storedUsers: 100 });
    expect(await world.watermark.get()).toMatchObject({ apart: -30 });
    await world.time.advance(HOUR_MS);
    world.clerk.calls.length = 0;
    const summary = await incremental(world);
    expect(summary).toMatchObject({ status: 'in-sync', clerkUsers: 70, storedUsers: 100 });
    expect(hasWalkedAll(world)).toBe(false);
    world.clerk.users.delete(userId(50));
    expect(await incremental(world)).toMatchObject({ status: 'held', suspects: 31 });
  });

  it('that a run left which had to doubt Clerk’s list starts a full run the next hour, which settles it', async () => {
    const world = await mirroredWorld(100);
    for (const n of clerkUsers(2).keys()) world.clerk.users.delete(userId(n));
    world.clerk.answerCount = (users) => users + 1;
    expect(await world.run()).toMatchObject({ status: 'held', suspects: 2, deleted: 0 });
    expect(await world.watermark.get()).toMatchObject({ apart: 0 });
    world.clerk.answerCount = (users) => users;
    await world.time.advance(HOUR_MS);
    expect(await incremental(world)).toMatchObject({ status: 'repaired', deleted: 2, clerkUsers: 98, storedUsers: 98 });
  });

  it('that is smaller than the one the full run knew is fine as well', async () => {
    const world = await mirroredWorld(100);
    for (const n of clerkUsers(30).keys()) world.clerk.users.delete(userId(n));
    const held = await world.run();
    await world.run(new Journal(), { mode: 'approve', run: held.runId });
    expect(await incremental(world)).toMatchObject({ status: 'in-sync', clerkUsers: 70, storedUsers: 70 });
  });

  it('that comes of a user whom the table cannot keep starts no full run every hour', async () => {
    const world = createWorld();
    const huge = clerkUser(5, { record: { publicMetadata: { text: 'x'.repeat(500_000) } } });
    world.clerk.add(...clerkUsers(10), huge);
    expect(await world.run()).toMatchObject({ status: 'failed', unstorable: 1 });
    expect(await world.watermark.get()).toMatchObject({ apart: 1 });
    await world.time.advance(HOUR_MS);
    world.clerk.calls.length = 0;
    expect(await incremental(world)).toMatchObject({ status: 'in-sync', clerkUsers: 10, storedUsers: 9 });
    expect(hasWalkedAll(world)).toBe(false);
  });
});

describe('the two counts', () => {
  it.each([
    [10, [10, 10], 0, true],
    [11, [10, 10], 0, false],
    [9, [10, 10], 0, false],
    [11, [10, 12], 0, true],
    [11, [12, 10], 0, true],
    [13, [10, 12], 0, false],
    [13, [10, 12], -1, true],
    [14, [10, 12], -1, false],
    [9, [10, 12], -1, false],
    [9, [10, 12], 1, true],
    [8, [10, 12], 1, false],
    [13, [10, 12], 1, false],
  ] as const)('%i stored, %j in Clerk and %i known: equal is %s', (stored, clerk, apart, expected) => {
    expect(areCountsEqual({ stored, clerk, apart })).toBe(expected);
  });
});

describe('the watermark', () => {
  it('is where a full run began, also when it took long', async () => {
    const world = createWorld({ pageSize: 10 });
    world.clerk.add(...clerkUsers(30));
    const began = world.time.clock.now();
    world.clerk.before = (call) => (call.method === 'listUsers' ? world.time.advance(1_000) : undefined);
    await world.run();
    expect(await world.watermark.get()).toEqual({ updatedAt: began, apart: 0 });
  });

  it('moves to the newest change of the first page, and not beyond the time there is', async () => {
    const world = await mirroredWorld();
    const now = world.time.clock.now();
    world.clerk.add(changed(1, { asOf: now - 5_000 }));
    await incremental(world);
    expect(await world.watermark.get()).toMatchObject({ updatedAt: now - 5_000 });
    world.clerk.add(changed(2, { asOf: now + 86_400_000 }));
    await incremental(world);
    expect(await world.watermark.get()).toMatchObject({ updatedAt: now });
  });

  it('never moves back, nor when nothing has changed', async () => {
    const world = await mirroredWorld();
    const mark = await world.watermark.get();
    await incremental(world);
    await incremental(world, { since: 1_700_000_000_000 });
    expect(await world.watermark.get()).toEqual(mark);
  });

  it.each([
    ['a dry full run', { mode: 'full', dryRun: true }],
    ['a dry incremental run', { mode: 'incremental', dryRun: true }],
    ['the run of one user', { mode: 'user', userId: userId(1) }],
  ])('is not moved by %s', async (_name, event) => {
    const world = await mirroredWorld();
    world.clerk.add(changed(1, { asOf: world.time.clock.now() }));
    const mark = await world.watermark.get();
    await world.run(new Journal(), event);
    expect(await world.watermark.get()).toEqual(mark);
  });

  it.each(['full', 'incremental'])('is not moved by a run that failed (%s)', async (mode) => {
    const world = await mirroredWorld();
    world.clerk.add(changed(1, { asOf: world.time.clock.now() }));
    const mark = await world.watermark.get();
    world.clerk.before = (call) => {
      if (call.method === 'listUsers') throw new Error('out of order');
    };
    expect(await world.run(new Journal(), { mode })).toMatchObject({ status: 'failed' });
    expect(await world.watermark.get()).toEqual(mark);
  });

  it('is not moved over a gap: by a run that was told to begin later than it would have', async () => {
    const world = await mirroredWorld();
    const mark = await world.watermark.get();
    const now = world.time.clock.now();
    world.clerk.add(changed(1, { asOf: now - 1_000 }), changed(2, { asOf: now - 1_800_000 }));
    expect(await incremental(world, { since: now - 60_000 })).toMatchObject({ status: 'repaired', updated: 1 });
    expect(await world.watermark.get()).toEqual(mark);
    expect(await incremental(world)).toMatchObject({ status: 'repaired', updated: 1 });
    expect(await world.watermark.get()).toMatchObject({ updatedAt: now - 1_000 });
  });

  it('is moved by a run that was told to begin earlier', async () => {
    const world = await mirroredWorld();
    const now = world.time.clock.now();
    world.clerk.add(changed(1, { asOf: now - 1_000 }));
    await incremental(world, { since: now - 10 * HOUR_MS });
    expect(await world.watermark.get()).toMatchObject({ updatedAt: now - 1_000 });
  });

  it('stays where it was when a full run had to doubt Clerk’s list', async () => {
    const world = await mirroredWorld();
    const mark = await world.watermark.get();
    world.clerk.answerPage = (users) => users.filter(({ id }) => id < userId(40) || id > userId(45));
    expect(await world.run()).toMatchObject({ status: 'held' });
    expect(await world.watermark.get()).toEqual(mark);
    expect(await incremental(world)).toMatchObject({ status: 'in-sync', storedUsers: 60 });
  });

  it('is not moved by a process that dies before its run has ended', async () => {
    const world = await mirroredWorld();
    const mark = await world.watermark.get();
    const journal = new Journal();
    journal.dieAfter = 'conflicts-1';
    world.clerk.add(changed(1));
    expect(await journal.execute((context) => reconcile({ mode: 'incremental' }, context, world.deps))).toBe('died');
    expect(await world.watermark.get()).toEqual(mark);
  });
});
