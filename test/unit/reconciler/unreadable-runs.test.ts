import { describe, expect, it } from 'vitest';
import { createMemoryRunStore } from '../../../shared/adapters/memory/run-store.ts';
import { approveDeletions } from '../../../shared/sync/admin/approve-deletions.ts';
import { clerkUser, clerkUsers } from './support/clerk.ts';
import { Journal } from './support/journal.ts';
import type { World } from './support/world.ts';
import { createWorld, liveUsers } from './support/world.ts';
import type { Unreadable } from '../../../shared/ports/unreadable.ts';

const UNREADABLE: Unreadable = {
  id: 'run-of-tomorrow',
  unreadable: 'Item run#run-of-tomorrow: "mode" must be known.',
};

/** 30 users, of whom Clerk has not got the last few any more. */
async function worldWith({ gone }: { readonly gone: number }): Promise<World> {
  const world = createWorld();
  world.clerk.add(...clerkUsers(30 - gone));
  await world.mirror(clerkUsers(30));
  return world;
}

/** From now on a record stands among the runs that nobody can read. */
function plantUnreadable({ runs }: World): void {
  const readable = { ...runs };
  runs.list = async function* (since) {
    yield* readable.list(since);
    yield UNREADABLE;
  };
}

describe('a run after one whose record cannot be read', () => {
  it('deletes nobody, since nobody knows how many that one has deleted, and says which it is', async () => {
    const world = await worldWith({ gone: 1 });
    plantUnreadable(world);
    const held = await world.run();
    expect(held).toMatchObject({ status: 'held', suspects: 1, deleted: 0 });
    expect(held.heldBecause).toContain('run-of-tomorrow');
    expect(held.heldBecause).toContain('"mode" must be known');
    expect(liveUsers(world)).toHaveLength(30);
  });

  it('deletes nobody either where it is about one user alone', async () => {
    const world = await worldWith({ gone: 1 });
    plantUnreadable(world);
    const held = await world.run(new Journal(), { mode: 'user', userId: clerkUser(29).id });
    expect(held).toMatchObject({ status: 'held', deleted: 0 });
    expect(held.heldBecause).toContain('run-of-tomorrow');
    expect(liveUsers(world)).toHaveLength(30);
  });

  it('repairs as ever where nobody is to be deleted', async () => {
    const world = await worldWith({ gone: 0 });
    world.clerk.add(clerkUser(3, { profile: { lastName: 'Renamed' }, asOf: world.time.clock.now() - 1 }));
    plantUnreadable(world);
    expect(await world.run()).toMatchObject({ status: 'repaired', updated: 1 });
  });

  it('approves no deletions held before it, which it may have judged anew', async () => {
    const world = await worldWith({ gone: 25 });
    const held = await world.run();
    expect(held).toMatchObject({ status: 'held' });
    plantUnreadable(world);
    const refused = await world.run(new Journal(), { mode: 'approve', run: held.runId });
    expect(refused).toMatchObject({ status: 'failed', deleted: 0 });
    expect(refused.failedBecause).toContain('run-of-tomorrow');
    const starter = { start: () => Promise.reject(new Error('Nobody may be asked.')) };
    const asked = await approveDeletions({ ...world.deps, starter }, held.runId);
    expect(asked).toEqual({ status: 'superseded', by: 'run-of-tomorrow', isCertain: false });
    expect(liveUsers(world)).toHaveLength(30);
  });

  it('is no hindrance to itself', async () => {
    const world = await worldWith({ gone: 1 });
    const { runs } = world;
    const others = createMemoryRunStore(world.time);
    runs.list = async function* (since) {
      yield* others.list(since);
      yield { ...UNREADABLE, id: 'run-1' };
    };
    const done = await world.run(new Journal(), { mode: 'full', runId: 'run-1' });
    expect(done).toMatchObject({ status: 'repaired', deleted: 1 });
  });
});
