import { describe, expect, it } from 'vitest';
import type { StoredUser } from '../../../shared/domain/user.ts';
import { clerkUser, clerkUsers, userId } from './support/clerk.ts';
import { Journal } from './support/journal.ts';
import type { World } from './support/world.ts';
import { createWorld, liveUsers, START, usersOfClerk } from './support/world.ts';

const FORCED = { mode: 'full', force: true };

/** 30 users; the table's items of two have been edited by hand, their versions and fingerprints are as they were. */
async function editedWorld(): Promise<World> {
  const world = createWorld({ pageSize: 10, chunkMs: 1 });
  world.clerk.add(...clerkUsers(30));
  await world.mirror(clerkUsers(30));
  world.editByHand(userId(4), renamed);
  world.editByHand(userId(17), banned);
  return world;
}

function renamed(user: StoredUser): StoredUser {
  return { ...user, profile: { ...user.profile, content: { ...user.profile.content, lastName: 'By hand' } } };
}

function banned(user: StoredUser): StoredUser {
  if (!user.record) throw new Error('The user has no record to edit.');
  return { ...user, record: { ...user.record, content: { ...user.record.content, banned: true } } };
}

describe('an edit by hand', () => {
  it('is not seen by a run that trusts the index', async () => {
    const world = await editedWorld();
    expect(await world.run()).toMatchObject({ status: 'in-sync', updated: 0, drift: {} });
  });

  it('is found, counted and repaired by a forced run, and then it is gone', async () => {
    const world = await editedWorld();
    const forced = await world.run(new Journal(), FORCED);
    expect(forced).toMatchObject({
      status: 'repaired',
      created: 0,
      updated: 2,
      deleted: 0,
      drift: { lastName: 1, banned: 1 },
    });
    expect(await world.runs.get(forced.runId)).toMatchObject({ force: true });
    expect(liveUsers(world)).toEqual(usersOfClerk(world));
    expect(world.writes).toHaveLength(2);
    expect(await world.run(new Journal(), FORCED)).toMatchObject({ status: 'in-sync', drift: {} });
    expect(world.writes).toHaveLength(2);
  });

  it('is told by a forced dry run, which leaves it', async () => {
    const world = await editedWorld();
    const dry = await world.run(new Journal(), { ...FORCED, dryRun: true });
    expect(dry).toMatchObject({ status: 'drift', updated: 2, drift: { lastName: 1, banned: 1 } });
    expect(world.writes).toEqual([]);
  });
});

describe('a single user', () => {
  const only = (n: number, more = {}) => ({ mode: 'user', userId: userId(n), ...more });

  it('is brought in line alone, hand edits included', async () => {
    const world = await editedWorld();
    const summary = await world.run(new Journal(), only(4));
    expect(summary).toMatchObject({
      status: 'repaired',
      updated: 1,
      drift: { lastName: 1 },
      clerkUsers: 1,
      storedUsers: 1,
    });
    expect(world.clerk.count('listUsers')).toBe(0);
    expect((await world.get(userId(17)))?.record?.content.banned).toBe(true);
    expect(await world.run(new Journal(), only(4))).toMatchObject({ status: 'in-sync' });
  });

  it('is created when the table lacks her', async () => {
    const world = await editedWorld();
    world.clerk.add(clerkUser(40));
    expect(await world.run(new Journal(), only(40))).toMatchObject({ created: 1, storedUsers: 1 });
  });

  it('is deleted, under the lease, when Clerk confirms that she is gone', async () => {
    const world = await editedWorld();
    world.clerk.users.delete(userId(9));
    expect(await world.run(new Journal(), only(9, { dryRun: true }))).toMatchObject({ status: 'drift', deleted: 1 });
    expect((await world.get(userId(9)))?.tombstone).toBeUndefined();
    const summary = await world.run(new Journal(), only(9));
    expect(summary).toMatchObject({ status: 'repaired', deleted: 1, clerkUsers: 0, storedUsers: 0 });
    expect((await world.get(userId(9)))?.tombstone?.deletedAt).toBeGreaterThanOrEqual(START);
    expect(world.clerk.count('getUser')).toBeGreaterThan(1);
  });

  it('whom nobody has ever heard of is nobody, and whose deletion is proposed no more than that of one who is deleted', async () => {
    const world = await editedWorld();
    const nothing = { status: 'in-sync', clerkUsers: 0, storedUsers: 0, suspects: 0, deleted: 0 };
    expect(await world.run(new Journal(), only(999))).toMatchObject(nothing);
    world.clerk.users.delete(userId(9));
    await world.run(new Journal(), only(9));
    expect(await world.run(new Journal(), only(9))).toMatchObject(nothing);
  });

  it.each([{}, { userId: 'somebody' }, { userId: 7 }])('is not named by %j', async (event) => {
    const run = createWorld().run(new Journal(), { mode: 'user', ...event });
    await expect(run).rejects.toThrow('does not say which user');
  });
});
