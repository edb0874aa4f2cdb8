import { describe, expect, it } from 'vitest';
import { reconcile } from '../../../functions/reconciler/reconcile.ts';
import { DELETION_GUARD } from '../../../shared/sync/reconcile/guard.ts';
import { clerkUser, clerkUsers, userId } from './support/clerk.ts';
import { changed, LATER, mirroredWorld } from './support/incremental.ts';
import { Journal } from './support/journal.ts';
import type { World } from './support/world.ts';
import { createWorld, liveUsers, usersOfClerk } from './support/world.ts';

/**
 * A chunk is bounded in time: the attempt that comes after a dead one may not come as far as that had come. What the dead one
 * has done beyond is met by a later chunk, and must be counted there.
 */
async function dieFastAndGoOnSlowly(
  world: World,
  step: string,
  isSlow: (method: string) => boolean,
  event: object = { mode: 'full' },
) {
  const journal = new Journal();
  const run = () => journal.execute((context) => reconcile(event, context, world.deps));
  journal.dieAfter = step;
  expect(await run()).toBe('died');
  world.clerk.before = (call) => (isSlow(call.method) ? world.time.advance(1_000) : undefined);
  const summary = await run();
  expect(journal.steps).toContain(step.replace(/1$/, '2'));
  return summary;
}

describe('A chunk whose repetition does not come as far', () => {
  it('has every user counted once, among those of one creation time too', async () => {
    const world = createWorld({ pageSize: 10, chunkMs: 2_000 });
    const tied = Array.from({ length: 35 }, (_, n) =>
      clerkUser(100 + n, { record: { clerkCreatedAt: clerkUser(17).asOf } }),
    );
    world.clerk.add(...clerkUsers(60), ...tied);
    const changed = [3, 17, 31, 44, 59].map((n) => clerkUser(n, { profile: { lastName: 'Before' }, asOf: 1 }));
    await world.mirror(changed);

    const summary = await dieFastAndGoOnSlowly(world, 'walk-1', (method) => method === 'listUsers');

    expect(summary).toMatchObject({ status: 'repaired', created: 90, updated: 5, drift: { lastName: 5 } });
    expect(summary).toMatchObject({ clerkUsers: 95, storedUsers: 95 });
    expect(liveUsers(world)).toEqual(usersOfClerk(world));
  });

  it('has every user counted once whose creation time was not known', async () => {
    const world = createWorld({ chunkMs: 1_000 });
    world.clerk.add(clerkUser(999));
    const newcomers = Array.from({ length: 250 }, (_, n) => clerkUser(n));
    for (const { id } of newcomers) await world.createFromToken(id, { email: `${id}@example.com` });
    // They are in Clerk only when the walk has passed: it would complete them itself.
    const journal = new Journal();
    const run = () => journal.execute((context) => reconcile({ mode: 'full' }, context, world.deps));
    world.clerk.before = ({ method }) => (method === 'listUsersById' ? world.clerk.add(...newcomers) : undefined);
    journal.dieAfter = 'unknown-1';
    expect(await run()).toBe('died');
    world.clerk.before = ({ method }) => (method === 'listUsersById' ? world.time.advance(1_000) : undefined);

    expect(await run()).toMatchObject({ status: 'repaired', created: 1, updated: 250 });
    expect(journal.steps).toContain('unknown-2');
  });

  it('has every deletion counted once, also of one who was proposed twice', async () => {
    const guard = { ...DELETION_GUARD, few: 500 };
    const world = createWorld({ chunkMs: 1_000, guard });
    world.clerk.add(...clerkUsers(300));
    const gone = Array.from({ length: 120 }, (_, n) => clerkUser(1_000 + n));
    await world.mirror([...clerkUsers(300), ...gone]);
    const put = world.runs.putSuspects.bind(world.runs);
    world.runs.putSuspects = async (id, piece, ids) => {
      await put(id, piece, ids);
      await put(id, piece + 1, ids.slice(0, 5));
    };

    const summary = await dieFastAndGoOnSlowly(
      world,
      'delete-1',
      (method) => method === 'getUser' || method === 'instanceId',
    );

    expect(summary).toMatchObject({ status: 'repaired', deleted: 120, storedUsers: 300 });
    const buried = world.stored().filter(({ tombstone }) => tombstone);
    expect(buried.map(({ id }) => id)).toEqual(gone.map(({ id }) => id));
    expect(buried.map(({ id }) => id)).not.toContain(userId(1));
  });

  it('of an incremental run has every user counted once', async () => {
    const world = await mirroredWorld(120, { pageSize: 10, chunkMs: 2_000 });
    const lately = Array.from({ length: 60 }, (_, n) => changed(2 * n, { asOf: LATER + n }));
    const banned = Array.from({ length: 40 }, (_, n) => clerkUser(2 * n + 1, { record: { banned: true } }));
    world.clerk.add(...lately, ...banned);
    const isSlow = (method: string): boolean => method === 'listUpdated' || method === 'listUsers';

    const summary = await dieFastAndGoOnSlowly(world, 'updated-1', isSlow, { mode: 'incremental' });

    expect(summary).toMatchObject({ status: 'repaired', updated: 100, drift: { lastName: 60, banned: 40 } });
    expect(liveUsers(world)).toEqual(usersOfClerk(world));
  });
});
