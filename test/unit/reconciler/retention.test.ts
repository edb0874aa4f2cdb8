import { describe, expect, it } from 'vitest';
import type { UserStore } from '../../../shared/ports/user-store.ts';
import { StoreUnavailable } from '../../../shared/ports/user-store.ts';
import { clerkUser, clerkUsers, userId } from './support/clerk.ts';
import { Journal } from './support/journal.ts';
import { createWorld, START } from './support/world.ts';
import type { World } from './support/world.ts';

const DAY_MS = 86_400_000;

/** A world whose first `count` users were deleted so long ago that a run erases them, and one more who lives. */
async function worldOfDeleted(count: number, limits = {}): Promise<World> {
  const world = createWorld(limits, 30);
  const living = clerkUser(count + 1);
  world.clerk.add(living);
  await world.mirror([...clerkUsers(count), living]);
  for (const { id } of clerkUsers(count)) await world.remove(id, START - 40 * DAY_MS);
  return world;
}

function erasedIn(world: World): number {
  return world.stored().filter(({ tombstone }) => tombstone?.erasedAt !== undefined).length;
}

describe('the retention of a full run', () => {
  it('goes on in as many chunks as it takes', async () => {
    const world = await worldOfDeleted(250, { chunkMs: 0 });
    const journal = new Journal();
    expect(await world.run(journal)).toMatchObject({ status: 'in-sync', storedUsers: 1 });
    expect(journal.steps.filter((step) => step.startsWith('retention'))).toHaveLength(4);
    expect(erasedIn(world)).toBe(250);
  });

  it('ends where a process that died had come to, and erases nobody twice', async () => {
    const world = await worldOfDeleted(120, { chunkMs: 0 });
    const journal = new Journal();
    journal.dieAfter = 'retention-1';
    await expect(world.run(journal)).rejects.toThrow('died');
    expect(await world.run(journal)).toMatchObject({ status: 'in-sync' });
    expect(erasedIn(world)).toBe(120);
    expect(world.writes.filter(({ next }) => next.tombstone?.erasedAt !== undefined)).toHaveLength(120);
  });

  it('tries again when the table does not take an erasure, and fails the run when it never does', async () => {
    const world = await worldOfDeleted(3);
    let failures = 0;
    world.store.beforeWrite = ({ next }) => {
      if (next.id !== userId(2) || failures >= 2) return;
      failures += 1;
      throw new StoreUnavailable('down');
    };
    expect(await world.run()).toMatchObject({ status: 'in-sync' });
    expect(erasedIn(world)).toBe(3);
    world.store.beforeWrite = () => {
      throw new StoreUnavailable('down');
    };
    await world.remove(userId(4), START - 35 * DAY_MS);
    world.clerk.users.clear();
    expect(await world.run()).toMatchObject({ status: 'failed' });
  });

  it('asks the item, since the index lags: who was deleted anew is left alone', async () => {
    const world = await worldOfDeleted(2);
    await world.mirror([clerkUser(4)]);
    await world.remove(userId(4), START - DAY_MS);
    const { store } = world;
    const index: Pick<UserStore, 'listDeleted'> = { ...store };
    store.listDeleted = async function* (range, options) {
      yield { id: userId(4), deletedAt: START - 40 * DAY_MS };
      yield* index.listDeleted(range, options);
    };
    await world.run();
    expect(world.stored().find(({ id }) => id === userId(4))?.tombstone).toEqual({ deletedAt: START - DAY_MS });
    expect(erasedIn(world)).toBe(2);
  });

  it('is no part of a run where it is off', async () => {
    const world = createWorld();
    await world.mirror(clerkUsers(1));
    await world.remove(userId(1), START - 4_000 * DAY_MS);
    const journal = new Journal();
    await world.run(journal);
    expect(journal.steps.filter((step) => step.startsWith('retention'))).toEqual([]);
    expect(erasedIn(world)).toBe(0);
  });

  it('erases nobody by the word of another instance', async () => {
    const world = await worldOfDeleted(2);
    world.clerk.before = ({ method }) => {
      if (method === 'instanceId' && world.clerk.count(method) > 1) world.clerk.instance = 'ins_other';
    };
    const { status, failedBecause } = await world.run();
    expect([status, failedBecause]).toEqual(['failed', expect.stringContaining('ins_other')]);
    expect(erasedIn(world)).toBe(0);
  });
});
