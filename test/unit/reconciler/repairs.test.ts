import { describe, expect, it } from 'vitest';
import type { Profile, UserRecord } from '../../../shared/domain/user.ts';
import { PROFILE_FIELDS, RECORD_FIELDS } from '../../../shared/domain/user.ts';
import { clerkUser, clerkUsers, EPOCH, userId } from './support/clerk.ts';
import { createWorld, liveUsers, START, usersOfClerk } from './support/world.ts';

const SETTLED = { status: 'in-sync', created: 0, updated: 0, deleted: 0, restored: 0, suspects: 0, drift: {} };

describe('a full run', () => {
  it('mirrors every user into an empty table, and a second run finds nothing and writes nothing', async () => {
    const world = createWorld({ pageSize: 50 });
    world.clerk.add(...clerkUsers(200));

    const first = await world.run();

    expect(first).toMatchObject({ status: 'repaired', created: 200, updated: 0, clerkUsers: 200, storedUsers: 200 });
    expect(first.drift).toEqual({});
    expect(liveUsers(world)).toEqual(usersOfClerk(world));
    const written = world.writes.length;
    expect(written).toBe(200);

    const second = await world.run();

    expect(second).toMatchObject({ ...SETTLED, clerkUsers: 200, storedUsers: 200 });
    expect(second.runId).not.toBe(first.runId);
    expect(world.writes).toHaveLength(written);
  });

  it('is in sync when neither Clerk nor the table has anyone', async () => {
    const world = createWorld();
    expect(await world.run()).toMatchObject({ ...SETTLED, clerkUsers: 0, storedUsers: 0 });
  });

  it('reads no item of a user who is right', async () => {
    const world = createWorld();
    world.clerk.add(...clerkUsers(30));
    await world.mirror(clerkUsers(30));
    const read: string[] = [];
    const get = world.store.get.bind(world.store);
    world.store.get = (id, options) => {
      read.push(id);
      return get(id, options);
    };
    await world.run();
    expect(read).toEqual([]);
  });

  it('does not write a user whose versions alone differ', async () => {
    const world = createWorld();
    world.clerk.add(clerkUser(1, { asOf: START - 5_000 }));
    await world.mirror([clerkUser(1)]);
    expect(await world.run()).toMatchObject(SETTLED);
    expect(world.writes).toEqual([]);
  });

  const other: { [Field in keyof Profile]: Profile[Field] } & { [Field in keyof UserRecord]: UserRecord[Field] } = {
    email: 'elsewhere@example.com',
    firstName: null,
    lastName: '佐藤 🎈',
    imageUrl: 'https://img.example.com/1',
    verifiedEmail: null,
    username: null,
    externalId: 'ext-1',
    banned: true,
    deprovisioned: true,
    publicMetadata: { cohort: 'b', nested: { deep: [1, 2] } },
    clerkCreatedAt: EPOCH + 7,
  };

  it.each(PROFILE_FIELDS)('repairs a user whose %s differs, and says so', async (field) => {
    const world = createWorld();
    world.clerk.add(...clerkUsers(3), clerkUser(3, { profile: { [field]: other[field] }, asOf: START - 60_000 }));
    await world.mirror(clerkUsers(4));

    const summary = await world.run();

    expect(summary).toMatchObject({ status: 'repaired', created: 0, updated: 1, deleted: 0, storedUsers: 4 });
    expect(summary.drift).toEqual({ [field]: 1 });
    expect(liveUsers(world)).toEqual(usersOfClerk(world));
    expect(world.metrics.sum('DriftFound', { Field: field })).toBe(1);
  });

  it.each(RECORD_FIELDS)('repairs a user whose %s differs, and says so', async (field) => {
    const world = createWorld();
    world.clerk.add(...clerkUsers(3), clerkUser(3, { record: { [field]: other[field] }, asOf: START - 60_000 }));
    await world.mirror(clerkUsers(4));

    const summary = await world.run();

    expect(summary).toMatchObject({ status: 'repaired', created: 0, updated: 1, deleted: 0, storedUsers: 4 });
    expect(summary.drift).toEqual({ [field]: 1 });
    expect(liveUsers(world)).toEqual(usersOfClerk(world));
  });

  it('repairs a change that Clerk did not version, such as a ban', async () => {
    const world = createWorld();
    const user = clerkUser(1);
    world.clerk.add({ ...user, record: { ...user.record, banned: true } });
    await world.mirror([user]);
    expect(await world.run()).toMatchObject({ status: 'repaired', updated: 1, drift: { banned: 1 } });
    expect((await world.get(user.id))?.record?.content.banned).toBe(true);
  });

  it('leaves a user alone whom a webhook made newer while the list was read', async () => {
    const world = createWorld();
    const older = clerkUser(1);
    world.clerk.add(older);
    world.clerk.answerPage = (users) => users.map((user) => (user.id === older.id ? older : user));
    await world.mirror([clerkUser(1, { profile: { firstName: 'Newer' }, asOf: START - 1 })]);
    expect(await world.run()).toMatchObject(SETTLED);
    expect((await world.get(older.id))?.profile.content.firstName).toBe('Newer');
  });

  it('keeps what the application has written', async () => {
    const world = createWorld();
    world.clerk.add(clerkUser(1, { profile: { firstName: 'Changed' }, asOf: START - 1 }));
    await world.mirror([clerkUser(1)]);
    world.store.beforeWrite = () => {
      world.writeApp(userId(1), { bio: 'likes maps' });
    };
    await world.run();
    expect((await world.get(userId(1)))?.app).toEqual({ bio: 'likes maps' });
  });

  it('counts a user who needs several fields once, and each field', async () => {
    const world = createWorld();
    world.clerk.add(
      clerkUser(1, { profile: { firstName: 'A', lastName: 'B' }, record: { banned: true }, asOf: START - 1 }),
      clerkUser(2, { profile: { firstName: 'C' }, asOf: START - 1 }),
    );
    await world.mirror([clerkUser(1), clerkUser(2)]);
    const summary = await world.run();
    expect(summary.updated).toBe(2);
    expect(summary.drift).toEqual({ firstName: 2, lastName: 1, banned: 1 });
  });
});

describe('a tombstone in the table for a user whom Clerk has', () => {
  it('is lifted by a run that reads more than five minutes after it', async () => {
    const world = createWorld();
    world.clerk.add(clerkUser(1));
    await world.mirror([clerkUser(1)]);
    await world.remove(userId(1), START - 5 * 60_000 - 1);

    const summary = await world.run();

    expect(summary).toMatchObject({ status: 'repaired', restored: 1, created: 0, storedUsers: 1 });
    expect(summary.drift).toEqual({ deletedAt: 1 });
    expect(await world.get(userId(1))).toMatchObject({ tombstone: undefined, restoredAt: START });
  });

  it('stands for five minutes, and the run does not count the user as stored', async () => {
    const world = createWorld();
    world.clerk.add(clerkUser(1));
    await world.mirror([clerkUser(1)]);
    await world.remove(userId(1), START - 5 * 60_000);
    const summary = await world.run();
    expect(summary).toMatchObject({ status: 'in-sync', restored: 0, clerkUsers: 1, storedUsers: 0 });
    expect(world.metrics.sum('UserCountDiscrepancy')).toBe(1);
  });
});

describe('users of unknown creation time', () => {
  it('are completed by the walk when Clerk lists them', async () => {
    const world = createWorld();
    world.clerk.add(...clerkUsers(3));
    await world.createFromToken(userId(1), { email: 'person1@example.com' });
    const summary = await world.run();
    expect(summary).toMatchObject({ created: 2, updated: 1, deleted: 0, storedUsers: 3, clerkUsers: 3 });
    expect(liveUsers(world)).toEqual(usersOfClerk(world));
  });

  it('are completed by id when they came after the walk, and become suspects when Clerk does not have them', async () => {
    const world = createWorld();
    world.clerk.add(...clerkUsers(250));
    await world.mirror(clerkUsers(100));
    for (let n = 100; n < 250; n += 1) await world.createFromToken(userId(n), { email: `person${n}@example.com` });
    await world.createFromToken(userId(900), { email: 'nobody@example.com' });
    const late = clerkUser(901, { record: { clerkCreatedAt: START + 1 } });
    await world.createFromToken(late.id, { email: 'person901@example.com' });
    world.clerk.answerPage = (users) => {
      if (users.length === 0) world.clerk.add(late);
      return users;
    };

    const summary = await world.run();

    expect(summary).toMatchObject({ status: 'repaired', created: 0, updated: 151, deleted: 1, suspects: 1 });
    expect(summary).toMatchObject({ clerkUsers: 251, storedUsers: 251 });
    expect(liveUsers(world)).toEqual(usersOfClerk(world));
    expect((await world.get(userId(900)))?.tombstone).toEqual({ deletedAt: START });
  });

  it('are asked about in batches that Clerk takes', async () => {
    const world = createWorld();
    world.clerk.add(...clerkUsers(600));
    await world.mirror(clerkUsers(600));
    for (let n = 1_000; n < 1_205; n += 1) await world.createFromToken(userId(n), { email: null });
    world.clerk.answerPage = (users, { startingAfter }) => {
      if (users.length > 0 || startingAfter !== undefined) return users;
      world.clerk.add(...Array.from({ length: 205 }, (_, n) => clerkUser(1_000 + n)));
      return users;
    };
    expect(await world.run()).toMatchObject({ updated: 205, deleted: 0, clerkUsers: 805, storedUsers: 805 });
    expect(world.clerk.calls.flatMap((call) => ('ids' in call ? call.ids.length : []))).toEqual([100, 100, 5]);
  });
});
