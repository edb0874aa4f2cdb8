import { describe, expect, it } from 'vitest';
import { reconcile } from '../../../functions/reconciler/reconcile.ts';
import type { DirectoryUser } from '../../../shared/ports/user-directory.ts';
import { DirectoryUnavailable } from '../../../shared/ports/user-directory.ts';
import { MalformedItem } from '../../../shared/ports/malformed-item.ts';
import { StoreUnavailable } from '../../../shared/ports/user-store.ts';
import type { RunSummary } from '../../../shared/sync/reconcile/summary.ts';
import { clerkUser, clerkUsers, userId } from './support/clerk.ts';
import { Journal } from './support/journal.ts';
import type { World } from './support/world.ts';
import { createWorld, liveUsers, usersOfClerk } from './support/world.ts';

/** A table of 100 users of whom Clerk has 70, and the run that was held for it. */
async function heldWorld(): Promise<{ world: World; held: RunSummary }> {
  const world = createWorld();
  world.clerk.add(...clerkUsers(70));
  await world.mirror(clerkUsers(100));
  const held = await world.run();
  expect(held).toMatchObject({ status: 'held', suspects: 30, deleted: 0, storedUsers: 100 });
  await world.time.advance(3_600_000);
  return { world, held };
}

function hugeUser(n: number): DirectoryUser {
  return clerkUser(n, { record: { publicMetadata: { text: 'x'.repeat(500_000) } } });
}

function approve(world: World, run: string, journal = new Journal()): Promise<RunSummary> {
  return world.run(journal, { mode: 'approve', run });
}

describe('the approval of a held run', () => {
  it('deletes whom it proposed, each confirmed by Clerk again, and walks nobody', async () => {
    const { world, held } = await heldWorld();
    const listed = world.clerk.count('listUsers');
    const summary = await approve(world, held.runId);
    expect(summary).toMatchObject({ status: 'repaired', deleted: 30, suspects: 30, storedUsers: 70, clerkUsers: 70 });
    expect(world.clerk.count('listUsers')).toBe(listed);
    expect(world.clerk.count('getUser')).toBe(30);
    expect(liveUsers(world)).toEqual(usersOfClerk(world));
    expect(await world.runs.get(summary.runId)).toMatchObject({ mode: 'approve', approves: held.runId });
    expect(await world.run()).toMatchObject({ status: 'in-sync' });
  });

  it('keeps whom Clerk has again, and leaves alone who is not in the held set', async () => {
    const { world, held } = await heldWorld();
    world.clerk.add(clerkUser(80, { profile: { firstName: 'Back' }, asOf: world.time.clock.now() }));
    world.clerk.users.delete(userId(5));
    expect(await approve(world, held.runId)).toMatchObject({ deleted: 29, updated: 1, storedUsers: 71 });
    expect((await world.get(userId(80)))?.profile.content.firstName).toBe('Back');
    expect((await world.get(userId(5)))?.tombstone).toBeUndefined();
  });

  it('counts whom it had to pass over once', async () => {
    const { world, held } = await heldWorld();
    world.store.beforeWrite = ({ next }) => {
      if (next.id === userId(80)) throw new TypeError('Nobody expects this.');
    };
    expect(await approve(world, held.runId)).toMatchObject({ status: 'failed', deleted: 29, storedUsers: 71 });
    expect(liveUsers(world)).toHaveLength(71);
  });

  it('counts exactly when it fails on the way', async () => {
    const { world, held } = await heldWorld();
    world.clerk.before = (call) => {
      if (call.method === 'getUser' && call.id >= userId(80)) throw new DirectoryUnavailable('Clerk timed out.');
    };
    const { storedUsers, deleted } = await approve(world, held.runId);
    expect(deleted).toBeGreaterThan(0);
    expect([storedUsers, storedUsers + deleted]).toEqual([liveUsers(world).length, 100]);
  });

  it('counts exactly when its process dies on the way', async () => {
    const { world, held } = await heldWorld();
    const journal = new Journal();
    journal.dieAfter = 'delete-1';
    const run = () =>
      journal.execute((context) => reconcile({ mode: 'approve', run: held.runId }, context, world.deps));
    expect(await run()).toBe('died');
    expect(await run()).toMatchObject({ status: 'repaired', deleted: 30, storedUsers: 70 });
  });

  it('may be given twice: the second run finds nothing to do', async () => {
    const { world, held } = await heldWorld();
    await approve(world, held.runId);
    expect(await approve(world, held.runId)).toMatchObject({ status: 'in-sync', deleted: 0, storedUsers: 70 });
  });

  it('counts the users of today, not those of when the run was held', async () => {
    const { world, held } = await heldWorld();
    world.clerk.add(...clerkUsers(125).slice(120));
    await world.mirror(clerkUsers(125).slice(120));
    await world.remove(userId(90), world.time.clock.now());
    expect(await approve(world, held.runId)).toMatchObject({ deleted: 29, clerkUsers: 75, storedUsers: 75 });
    expect(liveUsers(world)).toEqual(usersOfClerk(world));
  });

  it('does not count for the guard of the next run: a person has seen it', async () => {
    const { world, held } = await heldWorld();
    await approve(world, held.runId);
    world.clerk.users.delete(userId(5));
    expect(await world.run()).toMatchObject({ status: 'repaired', deleted: 1 });
  });
});

describe('a run that is held and met with a failure besides', () => {
  async function withHugeUser(): Promise<World> {
    const world = createWorld();
    world.clerk.add(...clerkUsers(69), hugeUser(69));
    await world.mirror(clerkUsers(100));
    return world;
  }

  it('is held all the same: it says who is proposed, that it failed, and that it came to its end', async () => {
    const world = await withHugeUser();
    const summary = await world.run();
    expect(summary).toMatchObject({ status: 'held', suspects: 30, deleted: 0, unstorable: 1 });
    expect(summary.heldBecause).toBeDefined();
    expect(summary.failedBecause).toContain('cannot be stored');
    expect(world.metrics.sum('DeletionsHeld')).toBe(30);
    expect(world.metrics.sum('ReconcileFailed')).toBe(1);
  });

  it('can be approved', async () => {
    const world = await withHugeUser();
    const { runId } = await world.run();
    expect(await approve(world, runId)).toMatchObject({ status: 'repaired', deleted: 30 });
  });

  it('is held also where the failure comes behind the judgement', async () => {
    const world = createWorld();
    world.clerk.add(...clerkUsers(70));
    await world.mirror(clerkUsers(100));
    world.store.listConflicts = () => {
      throw new StoreUnavailable('The table did not answer.');
    };
    const summary = await world.run();
    expect(summary).toMatchObject({ status: 'held', failedBecause: 'The table did not answer.' });
    expect(world.metrics.sum('DeletionsHeld')).toBe(30);
  });

  it('supersedes an earlier one, as does one that failed when it was about to delete', async () => {
    const { world, held } = await heldWorld();
    for (const { id } of clerkUsers(100).slice(70)) world.clerk.add(clerkUser(Number(id.slice('user_'.length))));
    world.clerk.users.delete(userId(3));
    world.clerk.before = (call) => {
      if (call.method === 'getUser') throw new DirectoryUnavailable('Clerk timed out.');
    };
    const failed = await world.run();
    expect(failed).toMatchObject({ status: 'failed', suspects: 1 });
    expect((await approve(world, held.runId)).failedBecause).toContain(failed.runId);
  });
});

describe('nothing is approved', () => {
  it('of a run that a newer full run has superseded', async () => {
    const { world, held } = await heldWorld();
    const newer = await world.run();
    expect(newer.status).toBe('held');
    const summary = await approve(world, held.runId);
    expect(summary).toMatchObject({ status: 'failed', deleted: 0 });
    expect(summary.failedBecause).toContain(newer.runId);
    expect(await approve(world, newer.runId)).toMatchObject({ status: 'repaired', deleted: 30 });
  });

  it('of a run after which a full run has judged that nobody is to go, whatever it failed at besides', async () => {
    const { world, held } = await heldWorld();
    world.clerk.add(...clerkUsers(100).slice(70), hugeUser(200));
    const newer = await world.run();
    expect(newer).toMatchObject({ status: 'failed', suspects: 0, unstorable: 1 });
    expect((await approve(world, held.runId)).failedBecause).toContain(newer.runId);
  });

  it('but of a run after which a full run failed: it has judged nobody', async () => {
    const { world, held } = await heldWorld();
    world.clerk.instance = 'ins_other';
    expect((await world.run()).status).toBe('failed');
    world.clerk.instance = 'ins_test';
    expect(await approve(world, held.runId)).toMatchObject({ status: 'repaired', deleted: 30 });
  });

  it('of a run whose proposals have lapsed', async () => {
    const { world, held } = await heldWorld();
    await world.time.advance(31 * 86_400_000);
    const summary = await approve(world, held.runId);
    expect(summary).toMatchObject({ status: 'failed', deleted: 0 });
    expect(summary.failedBecause).toContain('have lapsed');
    expect(liveUsers(world)).toHaveLength(100);
  });

  it('of a run that is not held, or that nobody knows', async () => {
    const { world, held } = await heldWorld();
    const approved = await approve(world, held.runId);
    for (const run of [approved.runId, 'run-of-nobody']) {
      const summary = await approve(world, run);
      expect(summary.status).toBe('failed');
      expect(summary.failedBecause).toContain(run);
    }
  });

  it('against another Clerk instance', async () => {
    const { world, held } = await heldWorld();
    world.clerk.users.clear();
    world.clerk.instance = 'ins_other';
    expect(await approve(world, held.runId)).toMatchObject({ status: 'failed', deleted: 0 });
    expect(liveUsers(world)).toHaveLength(100);
  });

  it('against another Clerk instance, also where its key comes while they are made', async () => {
    const { world, held } = await heldWorld();
    world.clerk.add(...clerkUsers(100).slice(70));
    let asked = 0;
    world.clerk.before = ({ method }) => {
      if (method !== 'getUser') return;
      asked += 1;
      if (asked < 3) return;
      world.clerk.users.clear();
      world.clerk.instance = 'ins_other';
    };
    const summary = await approve(world, held.runId);
    expect(summary).toMatchObject({ status: 'failed', deleted: 0 });
    expect(summary.failedBecause).toContain('ins_other');
    expect(liveUsers(world)).toHaveLength(100);
  });

  it.each([{ mode: 'approve' }, { mode: 'approve', run: 7 }, { mode: 'approve', run: 'a b' }])(
    'of %j, which does not name a run',
    async (event) => {
      const world = createWorld();
      await expect(world.run(new Journal(), event)).rejects.toThrow('of which run');
    },
  );
});

describe('deletions of the last 24 hours', () => {
  it('are added up over runs, until they are older', async () => {
    const world = createWorld();
    world.clerk.add(...clerkUsers(100));
    await world.mirror(clerkUsers(100));
    for (const n of clerkUsers(12).keys()) world.clerk.users.delete(userId(n));
    expect(await world.run()).toMatchObject({ status: 'repaired', deleted: 12 });
    for (const n of clerkUsers(21).keys()) world.clerk.users.delete(userId(n));
    await world.time.advance(23 * 3_600_000);
    const held = await world.run();
    expect(held).toMatchObject({ status: 'held', suspects: 9, deleted: 0 });
    expect(held.heldBecause).toContain('12 were deleted in the last 24 hours');
    await world.time.advance(3_600_001);
    expect(await world.run()).toMatchObject({ status: 'repaired', deleted: 9 });
  });

  it('of a run that never told its end count as all that it might have made', async () => {
    const world = createWorld();
    world.clerk.add(...clerkUsers(100));
    await world.mirror(clerkUsers(115));
    const journal = new Journal();
    journal.dieAfter = 'judge';
    expect(await journal.execute((context) => reconcile({ mode: 'full' }, context, world.deps))).toBe('died');
    await world.time.advance(600_000);
    const held = await world.run();
    expect(held).toMatchObject({ status: 'held', suspects: 15 });
    expect(held.heldBecause).toContain('15 were deleted');
  });

  it('of a run about a single user that never told its end count as well', async () => {
    const world = createWorld();
    world.clerk.add(...clerkUsers(100));
    await world.mirror(clerkUsers(121));
    for (const { id } of clerkUsers(120).slice(100)) {
      const journal = new Journal();
      journal.dieAfter = 'delete-1';
      const event = { mode: 'user', userId: id };
      expect(await journal.execute((context) => reconcile(event, context, world.deps))).toBe('died');
      await world.time.advance(300_000);
    }
    expect(liveUsers(world)).toHaveLength(101);
    const held = await world.run();
    expect(held).toMatchObject({ status: 'held', suspects: 1, deleted: 0 });
    expect(held.heldBecause).toContain('20 were deleted');
  });

  it('are added up over runs about single users as well, which do not go round the guard', async () => {
    const world = createWorld();
    world.clerk.add(...clerkUsers(50));
    await world.mirror(clerkUsers(100));
    expect(await world.run()).toMatchObject({ status: 'held', suspects: 50 });
    const statuses = new Set<string>();
    for (const { id } of clerkUsers(100).slice(50)) {
      statuses.add((await world.run(new Journal(), { mode: 'user', userId: id })).status);
    }
    expect(statuses).toEqual(new Set(['repaired', 'held']));
    expect(liveUsers(world).length, 'not more than 20 of 100').toBeGreaterThanOrEqual(80);
    expect(liveUsers(world).length).toBeLessThan(100);
  });

  it('count for a run of the same id as well: it gets one of its own, and writes over no record', async () => {
    const world = createWorld();
    world.clerk.add(...clerkUsers(100));
    await world.mirror(clerkUsers(100));
    const nightly = { mode: 'full', runId: 'nightly' };
    for (let n = 0; n < 15; n += 1) world.clerk.users.delete(userId(n));
    expect(await world.run(new Journal(), nightly)).toMatchObject({
      runId: 'nightly',
      status: 'repaired',
      deleted: 15,
    });
    for (let n = 15; n < 30; n += 1) world.clerk.users.delete(userId(n));
    const again = await world.run(new Journal(), nightly);
    expect(again).toMatchObject({ status: 'held', suspects: 15, deleted: 0 });
    expect(again.runId).not.toBe('nightly');
    const facts = { asked: 'nightly', runId: again.runId, status: 'repaired' };
    expect(world.log.lines).toContainEqual({ level: 'warn', message: 'run id taken', facts });
  });

  it('of a run whose record cannot be read count when its event is sent again: that record stays', async () => {
    const world = createWorld();
    world.clerk.add(...clerkUsers(5));
    world.runs.get = () => Promise.reject(new MalformedItem('run#nightly', 'mode'));
    const again = await world.run(new Journal(), { mode: 'full', runId: 'nightly' });
    expect(again).toMatchObject({ status: 'repaired', created: 5 });
    expect(again.runId).not.toBe('nightly');
    const facts = { asked: 'nightly', runId: again.runId, status: 'unreadable' };
    expect(world.log.lines).toContainEqual({ level: 'warn', message: 'run id taken', facts });
  });

  it('of a run that died about to delete count when its event is sent again', async () => {
    const world = createWorld();
    world.clerk.add(...clerkUsers(100));
    await world.mirror(clerkUsers(115));
    const journal = new Journal();
    journal.dieAfter = 'judge';
    const event = { mode: 'full', runId: 'asked_for' };
    expect(await journal.execute((context) => reconcile(event, context, world.deps))).toBe('died');
    await world.time.advance(600_000);
    expect(await world.run(new Journal(), event)).toMatchObject({ status: 'held', suspects: 15 });
  });

  it('by runs about single users count for the next full run', async () => {
    const world = createWorld();
    world.clerk.add(...clerkUsers(60));
    await world.mirror(clerkUsers(100));
    for (const { id } of clerkUsers(100).slice(80)) await world.run(new Journal(), { mode: 'user', userId: id });
    const held = await world.run();
    expect(held).toMatchObject({ status: 'held' });
    expect(held.heldBecause).toContain('20 were deleted');
  });

  it('hold the run about one user until a person approves of it', async () => {
    const world = createWorld();
    world.clerk.add(...clerkUsers(100));
    await world.mirror(clerkUsers(121));
    for (const { id } of clerkUsers(120).slice(100)) await world.run(new Journal(), { mode: 'user', userId: id });
    const held = await world.run(new Journal(), { mode: 'user', userId: userId(120) });
    expect(held).toMatchObject({ status: 'held', suspects: 1, deleted: 0 });
    expect(await approve(world, held.runId)).toMatchObject({ deleted: 1 });
    const ofNobody = await world.run(new Journal(), { mode: 'user', userId: userId(999) });
    expect(ofNobody, 'nobody is there to be kept').toMatchObject({ status: 'in-sync', suspects: 0 });
  });

  it('of runs in which something failed unexpectedly on the way are added up as well', async () => {
    const world = createWorld({ atOnce: 1 });
    const users = clerkUsers(200);
    await world.mirror(users);
    world.clerk.add(...users.slice(20));
    const poison = userId(19);
    world.store.beforeWrite = ({ next }) => {
      if (next.id === poison) throw new TypeError('Nobody expects this.');
    };
    const gone = (): number => world.stored().filter(({ tombstone }) => tombstone).length;

    const first = await world.run();
    expect(first).toMatchObject({ status: 'failed', suspects: 20, deleted: 19 });
    expect((await world.runs.get(first.runId))?.counts).toMatchObject({ suspects: 20, deleted: 19 });
    expect(first.failedBecause).toContain('1 proposed deletions failed unexpectedly');

    for (let hour = 1; hour <= 5; hour += 1) {
      await world.time.advance(3_600_000);
      for (const { id } of users.slice(20 * hour, 20 * hour + 19)) world.clerk.users.delete(id);
      await world.run();
    }
    expect(gone(), 'never more than 20 of 200 in 24 hours without approval').toBeLessThanOrEqual(20);
  });

  it('of a run that broke off count as all that it might have made', async () => {
    const world = createWorld({ atOnce: 1 });
    await world.mirror(clerkUsers(200));
    world.clerk.add(...clerkUsers(200).slice(20));
    world.store.beforeWrite = ({ next }) => {
      if (next.id >= userId(5)) throw new TypeError('Nobody expects this.');
    };
    expect(await world.run()).toMatchObject({ status: 'failed', suspects: 20, deleted: 5 });
    await world.time.advance(3_600_000);
    const held = await world.run();
    expect(held.heldBecause).toContain('20 were deleted in the last 24 hours');
    expect(liveUsers(world)).toHaveLength(195);
  });
});
