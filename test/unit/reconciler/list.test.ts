import { describe, expect, it } from 'vitest';
import { DirectoryUnavailable } from '../../../shared/ports/user-directory.ts';
import { applySnapshot } from '../../../shared/sync/apply-snapshot.ts';
import { clerkUser, clerkUsers, EPOCH, userId } from './support/clerk.ts';
import { createWorld, liveUsers, START, usersOfClerk } from './support/world.ts';

/** Users `from`…`to - 1`, all created at one time. */
function together(from: number, to: number, clerkCreatedAt = EPOCH + 5 * 60_000) {
  return Array.from({ length: to - from }, (_, n) => clerkUser(from + n, { record: { clerkCreatedAt } }));
}

describe("users of one creation time, in an order of Clerk's own", () => {
  it.each([1, 2, 3, 4, 5])('are compared as a set across page ends (order %i)', async (seed) => {
    const world = createWorld({ pageSize: 7 });
    world.clerk.seed = seed;
    const crowd = together(100, 170);
    world.clerk.add(...clerkUsers(10), ...crowd, clerkUser(200));
    await world.mirror([...clerkUsers(10), ...crowd.filter((_, n) => n % 2 === 0), ...together(300, 302)]);

    const summary = await world.run();

    expect(summary).toMatchObject({ status: 'repaired', created: 36, updated: 0, deleted: 2, suspects: 2 });
    expect(summary).toMatchObject({ clerkUsers: 81, storedUsers: 81 });
    expect(liveUsers(world)).toEqual(usersOfClerk(world));
    expect(await world.run()).toMatchObject({ status: 'in-sync', suspects: 0 });
  });

  it('are finished by one chunk, although its time is up long before', async () => {
    const world = createWorld({ pageSize: 10, chunkMs: 1_000 });
    world.clerk.add(...clerkUsers(5), ...together(100, 160), ...clerkUsers(20).slice(6));
    world.clerk.before = () => world.time.advance(400);
    const summary = await world.run();
    expect(summary).toMatchObject({ status: 'repaired', created: 79, storedUsers: 79, clerkUsers: 79 });
    expect(liveUsers(world)).toEqual(usersOfClerk(world));
  });
});

describe('a page of the list', () => {
  it('asks for as many users as it is told, by cursor, within one query, and whether there is nobody later', async () => {
    const world = createWorld({ pageSize: 20 });
    world.clerk.add(...clerkUsers(45));
    await world.run();
    const pages = world.clerk.calls.flatMap((call) => (call.method === 'listUsers' ? [call.page] : []));
    expect(pages).toEqual([
      { limit: 20 },
      { limit: 20, startingAfter: userId(19) },
      { limit: 20, startingAfter: userId(39) },
      { limit: 20, startingAfter: userId(44) },
      { limit: 20, createdAfter: EPOCH + 44 * 60_000 },
    ]);
  });

  it('is the last one only when it is empty', async () => {
    const world = createWorld({ pageSize: 20 });
    world.clerk.add(...clerkUsers(45));
    world.clerk.answerPage = (users) => users.slice(0, 3);
    expect(await world.run()).toMatchObject({ status: 'repaired', created: 45 });
  });

  it('stamps users with the start of its own reading', async () => {
    const world = createWorld({ pageSize: 1 });
    world.clerk.add(...clerkUsers(3));
    world.clerk.before = (call) => (call.method === 'listUsers' ? world.time.advance(1_000) : undefined);
    await world.run();
    expect(world.stored().map((user) => user.record?.version.seenAt)).toEqual([START, START + 1_000, START + 2_000]);
  });
});

describe('a cursor that Clerk refuses', () => {
  it('costs nobody, when its user was deleted between two pages', async () => {
    const world = createWorld({ pageSize: 10 });
    const crowd = together(100, 130);
    world.clerk.add(...clerkUsers(4), ...crowd, clerkUser(50), clerkUser(51));
    world.clerk.before = (call) => {
      if (call.method !== 'listUsers' || call.number !== 3) return;
      world.clerk.users.delete(call.page.startingAfter ?? '');
    };
    const summary = await world.run();
    expect(summary).toMatchObject({ status: 'repaired', created: 36, deleted: 0, clerkUsers: 35 });
    const gone = world.stored().filter(({ id }) => !world.clerk.users.has(id));
    expect(gone).toHaveLength(1);
    expect(await world.run()).toMatchObject({
      status: 'repaired',
      created: 0,
      updated: 0,
      deleted: 1,
      storedUsers: 35,
    });
    expect(liveUsers(world)).toEqual(usersOfClerk(world));
  });

  it('costs nobody, when every cursor finds its user gone', async () => {
    const world = createWorld({ pageSize: 5 });
    world.clerk.add(...clerkUsers(40));
    world.clerk.before = (call) => {
      if (call.method === 'listUsers') world.clerk.users.delete(call.page.startingAfter ?? '');
    };
    expect(await world.run()).toMatchObject({ created: 40 });
    expect(world.stored()).toHaveLength(40);
  });

  it('fails the run when Clerk takes no cursor at all, and deletes nobody', async () => {
    const world = createWorld({ pageSize: 10 });
    world.clerk.add(...together(100, 130));
    await world.mirror(clerkUsers(3));
    const listUsers = world.clerk.listUsers.bind(world.clerk);
    world.clerk.listUsers = (page) =>
      listUsers(page.startingAfter === undefined ? page : { ...page, startingAfter: 'user_unheard_of' });
    const summary = await world.run();
    expect(summary).toMatchObject({ status: 'failed', deleted: 0 });
    expect(summary.failedBecause).toContain('refuses the cursors');
  });
});

describe('a list that is not what was asked for', () => {
  it('fails the run when it is not in the order of creation, and deletes nobody', async () => {
    const world = createWorld();
    world.clerk.add(...clerkUsers(30));
    await world.mirror(clerkUsers(32));
    world.clerk.answerPage = (users) => users.toReversed();
    const summary = await world.run();
    expect(summary).toMatchObject({ status: 'failed', deleted: 0 });
    expect(summary.failedBecause).toContain('not in the order of creation');
    expect(world.writes).toEqual([]);
  });

  it('fails the run when one page comes again and again', async () => {
    const world = createWorld({ pageSize: 10 });
    world.clerk.add(...together(0, 30));
    const listUsers = world.clerk.listUsers.bind(world.clerk);
    world.clerk.listUsers = ({ limit }) => listUsers({ limit });
    const summary = await world.run();
    expect(summary.status).toBe('failed');
    expect(summary.failedBecause).toContain('one page of its list of users twice');
  });

  it('is read right when the lower bound of the creation time turns out to be inclusive', async () => {
    const world = createWorld({ pageSize: 4, chunkMs: 1_000 });
    const everyMillisecond = Array.from({ length: 30 }, (_, n) =>
      clerkUser(n, { record: { clerkCreatedAt: EPOCH + n } }),
    );
    world.clerk.add(...everyMillisecond);
    const listUsers = world.clerk.listUsers.bind(world.clerk);
    world.clerk.listUsers = ({ createdAfter, ...page }) => {
      const inclusive = createdAfter === undefined ? {} : { createdAfter: createdAfter - 1 };
      return listUsers({ ...page, ...inclusive });
    };
    world.clerk.before = () => world.time.advance(600);
    expect(await world.run()).toMatchObject({ created: 30, clerkUsers: 30, storedUsers: 30, suspects: 0 });
  });

  it('is read right when Clerk takes the lower bound of the creation time by the second only', async () => {
    const world = createWorld({ pageSize: 4, chunkMs: 1_000 });
    const manyInASecond = Array.from({ length: 30 }, (_, n) =>
      clerkUser(n, { record: { clerkCreatedAt: EPOCH + n * 40 } }),
    );
    world.clerk.add(...manyInASecond);
    const listUsers = world.clerk.listUsers.bind(world.clerk);
    world.clerk.listUsers = ({ createdAfter, ...page }) => {
      const coarse = createdAfter === undefined ? {} : { createdAfter: Math.floor(createdAfter / 1_000) * 1_000 - 1 };
      return listUsers({ ...page, ...coarse });
    };
    world.clerk.before = () => world.time.advance(300);
    expect(await world.run()).toMatchObject({ created: 30, clerkUsers: 30, storedUsers: 30, suspects: 0 });
  });
});

describe('a page that fails', () => {
  it('fails the run when it fails every time: nobody is deleted and nothing looks like a success', async () => {
    const world = createWorld({ pageSize: 10 });
    world.clerk.add(...clerkUsers(60));
    await world.mirror(Array.from({ length: 70 }, (_, n) => clerkUser(n + 30)));
    world.clerk.before = (call) => {
      if (call.method === 'listUsers' && (call.page.startingAfter ?? '') >= userId(39)) {
        throw new DirectoryUnavailable('Clerk answered 502 to a page of its list.', { status: 502 });
      }
    };

    const summary = await world.run();

    expect(summary).toMatchObject({ status: 'failed', created: 30, deleted: 0 });
    expect(summary.failedBecause).toContain('502');
    expect(world.stored().every(({ tombstone }) => tombstone === undefined)).toBe(true);
    expect(await world.runs.get(summary.runId)).toMatchObject({ status: 'failed', endedAt: START });
    expect(world.metrics.sum('ReconcileFailed')).toBe(1);
    const names = world.metrics.recorded().map(({ name }) => name);
    expect(names).not.toContain('ReconcileDuration');
    expect(names).not.toContain('ClerkUsers');
  });

  it('changes nothing about the counts when it succeeds at the next try', async () => {
    const world = createWorld({ pageSize: 10 });
    world.clerk.add(...clerkUsers(60));
    await world.mirror([...clerkUsers(5), clerkUser(100), clerkUser(7, { profile: { firstName: 'Old' }, asOf: 1 })]);
    const failed = new Set<number>();
    world.clerk.before = (call) => {
      if (call.method !== 'listUsers' || call.number % 5 !== 0 || failed.has(call.number)) return;
      failed.add(call.number);
      throw new DirectoryUnavailable('Clerk answered 500.', { status: 500 });
    };
    const summary = await world.run();
    expect(failed.size).toBeGreaterThan(1);
    expect(summary).toMatchObject({ status: 'repaired', created: 54, updated: 1, deleted: 1, suspects: 1 });
    expect(summary).toMatchObject({ clerkUsers: 60, storedUsers: 60, drift: { firstName: 1 } });
    expect(liveUsers(world)).toEqual(usersOfClerk(world));
  });

  it('is not tried again when Clerk refuses the key', async () => {
    const world = createWorld();
    world.clerk.add(...clerkUsers(3));
    world.clerk.before = () => {
      throw new DirectoryUnavailable('Clerk refuses the secret key (CLERK_SECRET_KEY).', { status: 401 });
    };
    const summary = await world.run();
    expect(summary).toMatchObject({
      status: 'failed',
      failedBecause: 'Clerk refuses the secret key (CLERK_SECRET_KEY).',
    });
    expect(world.clerk.calls).toHaveLength(1);
  });
});

describe('a page that is older than a webhook', () => {
  it('does not lift the ban that the webhook brought: Clerk is asked for this one user', async () => {
    const world = createWorld();
    world.clerk.add(...clerkUsers(3));
    await world.mirror(clerkUsers(3));
    const renamed = { profile: { firstName: 'New' }, asOf: START - 1 };
    world.clerk.add(clerkUser(1, renamed));
    const banned = clerkUser(1, { ...renamed, record: { banned: true } });
    const list = world.clerk.listUsers.bind(world.clerk);
    world.clerk.listUsers = async (page) => {
      const answer = await list(page);
      if (page.startingAfter !== undefined || page.createdAfter !== undefined) return answer;
      // While the answer is on its way she is banned, which Clerk does not version, and the webhook is here first.
      await world.time.advance(2_000);
      world.clerk.add(banned);
      const event = { source: 'event', ...banned, seenAt: world.time.clock.now() } as const;
      await applySnapshot(world.deps, event, { path: 'webhook', budgetMs: 5_000 });
      return answer;
    };
    await world.run();
    expect((await world.get(userId(1)))?.record?.content.banned).toBe(true);
    expect(world.clerk.calls).toContainEqual({ method: 'getUser', id: userId(1) });
  });
});

describe('a list that is not all there', () => {
  it('is asked for once more where a page in the middle was answered empty', async () => {
    const world = createWorld({ pageSize: 10 });
    world.clerk.add(...clerkUsers(100));
    world.clerk.answerPage = (page, { startingAfter }) => (startingAfter === userId(29) ? [] : page);
    expect(await world.run()).toMatchObject({ status: 'repaired', created: 100 });
    expect(liveUsers(world)).toEqual(usersOfClerk(world));
  });

  it('is no success, also where nobody is proposed for deletion, as when a lost table is rebuilt', async () => {
    const world = createWorld({ pageSize: 10 });
    world.clerk.add(...clerkUsers(100));
    world.clerk.answerPage = (page) => (page[0]?.id === userId(30) ? [] : page);
    const summary = await world.run();
    expect(summary).toMatchObject({ status: 'failed', created: 30, suspects: 0 });
    expect(summary.failedBecause).toContain("Clerk's list had 30 users, but Clerk counted 100");
    expect(world.metrics.sum('ReconcileDuration'), 'what the alarm for a missing success looks at').toBe(0);
    expect(
      await world.watermark.get(),
      'an incremental run begins behind a run that has seen everybody',
    ).toBeUndefined();
  });

  it('is not in sync when it is empty and so is the table, but Clerk counts users', async () => {
    const world = createWorld();
    world.clerk.add(...clerkUsers(100));
    world.clerk.answerPage = () => [];
    expect(await world.run()).toMatchObject({ status: 'failed', clerkUsers: 100 });
  });

  it('is all there when users were deleted while it was read', async () => {
    const world = createWorld({ pageSize: 10 });
    world.clerk.add(...clerkUsers(100));
    world.clerk.before = (call) => {
      if (call.method === 'listUsers' && call.number === 5)
        for (const { id } of clerkUsers(100).slice(90)) world.clerk.users.delete(id);
    };
    expect(await world.run()).toMatchObject({ status: 'repaired', created: 90 });
  });
});
