import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { clerkUsers } from './support/clerk.ts';
import type { World } from './support/world.ts';
import { createWorld, liveUsers, usersOfClerk } from './support/world.ts';

/** 50 users in Clerk, and so many more in the table. */
async function worldWithExtra(extra: number): Promise<World> {
  const world = createWorld();
  world.clerk.add(...clerkUsers(50));
  await world.mirror(clerkUsers(50 + extra));
  return world;
}

/** Counts how many are under way, and the most that ever were. */
function gauge() {
  let now = 0;
  const seen = { most: 0 };
  return {
    seen,
    async during<T>(work: () => Promise<T>): Promise<T> {
      now += 1;
      seen.most = Math.max(seen.most, now);
      try {
        return await work();
      } finally {
        now -= 1;
      }
    },
  };
}

async function aWhile(): Promise<void> {
  for (let n = 0; n < 5; n += 1) await turn();
}

describe('deletions', () => {
  it('are written one after the other, since all check the one lease, while Clerk is asked about several', async () => {
    const world = await worldWithExtra(20);
    const [writes, questions] = [gauge(), gauge()];
    const write = world.store.write.bind(world.store);
    world.store.write = async (user, options) => {
      if (!user.lease) return write(user, options);
      return writes.during(async () => {
        await aWhile();
        return write(user, options);
      });
    };
    world.clerk.before = (call) => (call.method === 'getUser' ? questions.during(aWhile) : undefined);
    expect(await world.run()).toMatchObject({ status: 'repaired', deleted: 20, storedUsers: 50 });
    expect(writes.seen.most).toBe(1);
    expect(questions.seen.most).toBeGreaterThan(4);
    expect(questions.seen.most).toBeLessThanOrEqual(8);
  });

  it('are not made by a word of Clerk that has grown old while others were written', async () => {
    const world = await worldWithExtra(10);
    const ages: number[] = [];
    const write = world.store.write.bind(world.store);
    world.store.write = async (user, options) => {
      ages.push(world.time.clock.now() - (user.next.tombstone?.deletedAt ?? 0));
      const result = await write(user, options);
      await world.time.advance(20_000);
      return result;
    };
    expect(await world.run()).toMatchObject({ status: 'repaired', deleted: 10, storedUsers: 50 });
    expect(liveUsers(world)).toEqual(usersOfClerk(world));
    expect(ages).toHaveLength(10);
    expect(Math.max(...ages)).toBeLessThan(60_000);
    expect(world.clerk.count('getUser'), 'whose word was too old were asked about again').toBeGreaterThan(10);
  });
});
