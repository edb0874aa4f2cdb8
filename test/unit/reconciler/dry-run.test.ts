import { describe, expect, it } from 'vitest';
import { StoreUnavailable } from '../../../shared/ports/user-store.ts';
import { clerkUser, clerkUsers, EPOCH, userId } from './support/clerk.ts';
import { Journal } from './support/journal.ts';
import type { World } from './support/world.ts';
import { createWorld, liveUsers, START, usersOfClerk } from './support/world.ts';

/** 60 users, 40 of one creation time; 20 missing, 3 that differ, 2 too many, one tombstoned by mistake. */
async function driftedWorld(): Promise<World> {
  const world = createWorld({ pageSize: 7, chunkMs: 1 });
  const of = (n: number, overrides = {}) =>
    clerkUser(n, { ...(n >= 20 && { record: { clerkCreatedAt: EPOCH + 10 * 60_000 + 1 } }), ...overrides });
  const all = Array.from({ length: 60 }, (_, n) => of(n));
  world.clerk.add(...all);
  await world.mirror(all.slice(0, 40).filter((_, n) => n !== 3 && n !== 25 && n !== 30));
  await world.mirror([3, 25, 30].map((n) => of(n, { profile: { lastName: 'Before' }, asOf: 1 })));
  await world.mirror([clerkUser(70), clerkUser(71)]);
  await world.remove(userId(5), START - 3_600_000);
  world.clerk.before = (call) => (call.method === 'listUsers' ? world.time.advance(1_000) : undefined);
  return world;
}

const WOULD_BE = { created: 20, updated: 3, deleted: 2, restored: 1, drift: { lastName: 3, deletedAt: 1 } };

describe('a dry run', () => {
  it('changes no user and tells exactly what the run after it does', async () => {
    const world = await driftedWorld();
    const before = world.stored();
    const dry = await world.run(new Journal(), { mode: 'full', dryRun: true });
    expect(dry).toMatchObject({ status: 'drift', ...WOULD_BE, clerkUsers: 60, storedUsers: 41, suspects: 2 });
    expect(world.stored()).toEqual(before);
    expect(world.writes).toEqual([]);
    expect(await world.runs.get(dry.runId)).toMatchObject({ dryRun: true, status: 'drift' });

    expect(await world.run()).toMatchObject({ status: 'repaired', ...WOULD_BE, storedUsers: 60 });
    expect(liveUsers(world)).toEqual(usersOfClerk(world));
    const after = await world.run(new Journal(), { mode: 'full', dryRun: true });
    expect(after).toMatchObject({ status: 'in-sync', created: 0, updated: 0, drift: {}, storedUsers: 60 });
  });

  it('counts the same when pieces of it are done twice', async () => {
    const world = await driftedWorld();
    let failures = 3;
    const put = world.runs.putSuspects.bind(world.runs);
    world.runs.putSuspects = (...args) => {
      failures -= 1;
      return failures >= 0 ? Promise.reject(new StoreUnavailable('The table did not answer.')) : put(...args);
    };
    const dry = await world.run(new Journal(), { mode: 'full', dryRun: true });
    expect(dry).toMatchObject({ status: 'drift', ...WOULD_BE });
  });

  it('neither takes the lease, nor waits for it, nor claims the table', async () => {
    const world = await driftedWorld();
    const other = await world.lease.take('other', START + 86_400_000);
    expect(await world.run(new Journal(), { mode: 'full', dryRun: true })).toMatchObject({ status: 'drift' });
    expect(await world.lease.keep(other, START + 86_400_000)).toBe(true);
    expect(await world.deps.instance.get()).toBeUndefined();
  });

  it('counts and logs nothing as done, and its own end as ever', async () => {
    const world = await driftedWorld();
    await world.run(new Journal(), { mode: 'full', dryRun: true });
    expect(world.metrics.recorded()).toEqual([]);
    expect(world.log.lines.map(({ message }) => message)).toEqual(['reconcile run ended']);
  });

  it('that would be held says so, holds nothing that could be approved, and supersedes nothing', async () => {
    const world = createWorld();
    world.clerk.add(...clerkUsers(70));
    await world.mirror(clerkUsers(100));
    const held = await world.run();
    const dry = await world.run(new Journal(), { mode: 'full', dryRun: true });
    expect(dry).toMatchObject({ status: 'drift', deleted: 0, suspects: 30, storedUsers: 100 });
    expect(dry.heldBecause).toContain('30 users');
    const refused = await world.run(new Journal(), { mode: 'approve', run: dry.runId });
    expect(refused).toMatchObject({ status: 'failed', deleted: 0 });
    const approved = await world.run(new Journal(), { mode: 'approve', run: held.runId });
    expect(approved).toMatchObject({ status: 'repaired', deleted: 30 });
  });

  it.each([{ dryRun: 'true' }, { dryRun: 1 }, { force: 'no' }])(
    'is not what %j asks for: it is refused',
    async (options) => {
      const world = createWorld();
      const asked = world.run(new Journal(), { mode: 'full', ...options });
      await expect(asked).rejects.toThrow('must be true or false');
      expect(world.clerk.calls).toEqual([]);
    },
  );

  it.each([
    { mode: 'full', dryrun: true },
    { mode: 'full', dry_run: true },
    { mode: 'user', userId: userId(1), 'dry-run': true },
    { mode: 'incremental', DryRun: true },
  ])('is meant by %j: nothing is done under a name that the reconciler does not know', async (event) => {
    const world = await driftedWorld();
    await expect(world.run(new Journal(), event)).rejects.toThrow(/does not know: "dry/i);
    expect(world.writes).toEqual([]);
  });

  it('of an approval there is none: one that is asked for deletes nobody', async () => {
    const world = createWorld();
    world.clerk.add(...clerkUsers(70));
    await world.mirror(clerkUsers(100));
    const held = await world.run();
    const asked = world.run(new Journal(), { mode: 'approve', run: held.runId, dryRun: true });
    await expect(asked).rejects.toThrow('no dry run');
    expect(await world.run(new Journal(), { mode: 'approve', run: held.runId, dryRun: false })).toMatchObject({
      deleted: 30,
    });
  });
});
