import { describe, expect, it } from 'vitest';
import { reconcile } from '../../../functions/reconciler/reconcile.ts';
import { clerkUsers } from './support/clerk.ts';
import { Journal } from './support/journal.ts';
import { createWorld, liveUsers, START, usersOfClerk } from './support/world.ts';
import type { World } from './support/world.ts';

/** 50 users in Clerk, three more in the table. */
async function surplusWorld(): Promise<World> {
  const world = createWorld({ pageSize: 10 });
  world.clerk.add(...clerkUsers(50));
  await world.mirror(clerkUsers(53));
  return world;
}

function execute(world: World, journal: Journal, event: unknown = { mode: 'full' }) {
  return journal.execute((context) => reconcile(event, context, world.deps));
}

describe('one run at a time:', () => {
  it('a full run waits, without a call of Clerk, until the other one lets go', async () => {
    const world = await surplusWorld();
    const other = await world.lease.take('other', START + 3_600_000);
    const journal = new Journal();
    const wait = journal.wait.bind(journal);
    journal.wait = async (name, duration) => {
      expect(world.clerk.calls).toEqual([]);
      await world.time.advance(duration.seconds * 1_000);
      if (name === 'lease-3-wait') await world.lease.release(other);
      return wait(name, duration);
    };
    expect(await execute(world, journal)).toMatchObject({ status: 'repaired', deleted: 3 });
    expect(journal.waits.slice(0, 3)).toEqual([
      { name: 'lease-1-wait', seconds: 5 },
      { name: 'lease-2-wait', seconds: 15 },
      { name: 'lease-3-wait', seconds: 30 },
    ]);
  });

  it('a run that died loses the lease five minutes after it was last heard of', async () => {
    const world = await surplusWorld();
    const dead = new Journal();
    dead.dieAfter = 'walk-1';
    expect(await execute(world, dead)).toBe('died');
    const next = new Journal();
    next.wait = async (name, { seconds }) => {
      next.waits.push({ name, seconds });
      await world.time.advance(seconds * 1_000);
    };
    expect(await execute(world, next)).toMatchObject({ status: 'repaired', deleted: 3 });
    expect(world.time.clock.now() - START).toBeGreaterThanOrEqual(300_000);
    expect(world.time.clock.now() - START).toBeLessThan(600_000);
  });

  it('a run that waits in vain for half a day fails, and says for whom', async () => {
    const world = await surplusWorld();
    await world.lease.take('other', START + 10 * 86_400_000);
    const summary = await execute(world, new Journal());
    expect(summary).toMatchObject({ status: 'failed', deleted: 0 });
    expect(summary !== 'died' && summary.failedBecause).toContain('Run other');
    expect(await world.lease.take('third', 0)).toMatchObject({ holder: 'other' });
  });

  it.each(['repaired', 'held', 'failed'])('a run that ended %s has let go', async (status) => {
    const world = await surplusWorld();
    if (status === 'held') world.clerk.answerCount = () => 70;
    if (status === 'failed') world.clerk.instance = 'ins_other';
    if (status === 'failed') await world.deps.instance.claim('ins_test');
    expect(await execute(world, new Journal())).toMatchObject({ status });
    expect(await world.lease.take('next', START + 1)).toMatchObject({ holder: 'next' });
  });
});

describe('a run whose lease another one has taken', () => {
  it('ends at its next chunk, and deletes nobody', async () => {
    const world = await surplusWorld();
    world.clerk.before = async (call) => {
      if (call.method !== 'countUsers' || call.number !== 1) return;
      await world.time.advance(300_000);
      await world.lease.take('other', START + 3_600_000);
    };
    const summary = await execute(world, new Journal());
    expect(summary).toMatchObject({ status: 'failed', deleted: 0 });
    expect(summary !== 'died' && summary.failedBecause).toContain('lease');
    expect(world.clerk.count('listUsers')).toBe(0);
  });

  it('writes no deletion, also when it loses the lease between the confirmation and the write', async () => {
    const world = await surplusWorld();
    world.clerk.before = async (call) => {
      if (call.method !== 'getUser') return;
      await world.time.advance(300_000);
      await world.lease.take('other', START + 36_000_000);
    };
    const summary = await execute(world, new Journal());
    expect(summary).toMatchObject({ status: 'failed', deleted: 0 });
    expect(liveUsers(world)).toHaveLength(53);
  });

  it('keeps it, when it was merely slow and nobody else came', async () => {
    const world = await surplusWorld();
    world.clerk.before = (call) => (call.method === 'listUsers' ? world.time.advance(400_000) : undefined);
    expect(await execute(world, new Journal())).toMatchObject({ status: 'repaired', deleted: 3 });
    expect(liveUsers(world)).toEqual(usersOfClerk(world));
  });
});

describe('a deletion', () => {
  it('is not made by a word of Clerk that took a minute', async () => {
    const world = await surplusWorld();
    let slow = 1;
    world.clerk.before = async (call) => {
      if (call.method !== 'getUser' || slow === 0) return;
      slow -= 1;
      await world.time.advance(60_000);
    };
    const deletedAt: number[] = [];
    world.store.beforeWrite = ({ next }) => {
      if (next.tombstone) deletedAt.push(world.time.clock.now() - next.tombstone.deletedAt);
    };
    expect(await execute(world, new Journal())).toMatchObject({ status: 'repaired', deleted: 3 });
    expect(Math.max(...deletedAt)).toBeLessThan(60_000);
  });
});
