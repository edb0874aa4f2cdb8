import { describe, expect, it } from 'vitest';
import { DirectoryUnavailable } from '../../../shared/ports/user-directory.ts';
import { clerkUser, EPOCH, userId } from './support/clerk.ts';
import { createWorld, liveUsers, spooledPieces, START, usersOfClerk } from './support/world.ts';

/** Numbers `from`…`to - 1`. */
function users(from: number, to: number) {
  return Array.from({ length: to - from }, (_, n) => clerkUser(from + n));
}

describe('a user whom Clerk does not list', () => {
  it('is deleted when Clerk confirms it, as of the start of that read', async () => {
    const world = createWorld();
    world.clerk.add(...users(0, 50));
    await world.mirror(users(0, 53));
    world.clerk.before = (call) => (call.method === 'getUser' ? world.time.advance(100) : undefined);

    const summary = await world.run();

    expect(summary).toMatchObject({ status: 'repaired', deleted: 3, suspects: 3, clerkUsers: 50, storedUsers: 50 });
    expect(world.clerk.calls.flatMap((call) => (call.method === 'getUser' ? [call.id] : [])).toSorted()).toEqual(
      users(50, 53).map(({ id }) => id),
    );
    expect(liveUsers(world)).toEqual(usersOfClerk(world));
    for (const { id } of users(50, 53)) {
      const stored = await world.get(id);
      expect(stored?.changedBy).toBe('reconciler');
      expect(stored?.tombstone?.deletedAt).toBeLessThan(world.time.clock.now());
      expect(stored?.tombstone?.deletedAt).toBeGreaterThanOrEqual(START);
    }
    expect(await world.run()).toMatchObject({ status: 'in-sync', suspects: 0, storedUsers: 50 });
  });

  it('is asked about only after the last page', async () => {
    const world = createWorld({ pageSize: 10 });
    world.clerk.add(...users(5, 50));
    await world.mirror(users(0, 50));
    await world.run();
    const methods = world.clerk.calls.map(({ method }) => method);
    expect(methods.indexOf('getUser')).toBeGreaterThan(methods.lastIndexOf('listUsers'));
  });

  it('is merged instead when Clerk has it, as when its creation time has moved', async () => {
    const world = createWorld();
    world.clerk.add(...users(0, 9), clerkUser(9, { record: { clerkCreatedAt: EPOCH + 1 }, asOf: START - 1 }));
    await world.mirror(users(0, 10));
    const summary = await world.run();
    expect(summary).toMatchObject({ deleted: 0, updated: 1, drift: { clerkCreatedAt: 1 }, storedUsers: 10 });
    expect(liveUsers(world)).toEqual(usersOfClerk(world));
  });

  it('is left to the next run when the table got it during this one: Clerk may not know it everywhere yet', async () => {
    const world = createWorld();
    world.clerk.add(...users(0, 10));
    await world.mirror(users(0, 10));
    world.clerk.before = async (call) => {
      if (call.method !== 'listUsers' || liveUsers(world).length > 10) return;
      await world.time.advance(1_000);
      await world.createFromToken(userId(500), { email: 'new@example.com' }, 0);
    };
    expect(await world.run()).toMatchObject({ suspects: 1, deleted: 0 });
    expect(liveUsers(world)).toHaveLength(11);
    world.clerk.before = () => undefined;
    await world.time.advance(30_000);
    expect(await world.run(), 'a minute is not over').toMatchObject({ suspects: 1, deleted: 0 });
    await world.time.advance(31_000);
    expect(await world.run()).toMatchObject({ suspects: 1, deleted: 1 });
  });

  it('is left alone as well when a webhook brought it a moment before: reads of Clerk lag behind its events', async () => {
    const world = createWorld();
    world.clerk.add(...users(0, 50));
    await world.mirror(users(0, 50));
    await world.mirror([clerkUser(500)], START - 900, 800);
    expect(await world.run()).toMatchObject({ suspects: 1, deleted: 0 });
    expect((await world.get(userId(500)))?.tombstone).toBeUndefined();
    await world.time.advance(60_000);
    expect(await world.run()).toMatchObject({ suspects: 1, deleted: 1 });
  });

  it('is kept when it signed up after the last page, and counts as stored', async () => {
    const world = createWorld();
    const late = clerkUser(500, { record: { clerkCreatedAt: START + 5 } });
    world.clerk.add(...users(0, 10));
    await world.mirror([...users(0, 10), late]);
    world.clerk.before = (call) => {
      if (call.method === 'countUsers' && call.number === 2) world.clerk.add(late);
    };
    expect(await world.run()).toMatchObject({
      status: 'in-sync',
      suspects: 1,
      deleted: 0,
      storedUsers: 11,
      clerkUsers: 11,
    });
  });

  it('is not asked about when a webhook has deleted it meanwhile', async () => {
    const world = createWorld();
    world.clerk.add(...users(0, 10));
    await world.mirror(users(0, 11));
    world.clerk.before = async (call) => {
      if (call.method === 'countUsers' && call.number === 2) await world.remove(userId(10), START - 3);
    };
    expect(await world.run()).toMatchObject({ status: 'in-sync', deleted: 0, storedUsers: 10 });
    expect(world.clerk.count('getUser')).toBe(0);
    expect((await world.get(userId(10)))?.tombstone).toEqual({ deletedAt: START - 3 });
  });

  it('is left alone when Clerk cannot say, and the run fails', async () => {
    const world = createWorld({ atOnce: 1 });
    world.clerk.add(...users(0, 50));
    await world.mirror(users(0, 54));
    world.clerk.before = (call) => {
      if (call.method === 'getUser' && call.id >= userId(52)) throw new DirectoryUnavailable('Clerk timed out.');
    };
    const summary = await world.run();
    expect(summary).toMatchObject({ status: 'failed', deleted: 2, storedUsers: 52, failedBecause: 'Clerk timed out.' });
    expect(liveUsers(world).map(({ id }) => id)).toEqual([...users(0, 50), ...users(52, 54)].map(({ id }) => id));
    expect(await world.runs.get(summary.runId)).toMatchObject({ status: 'failed', failedBecause: 'Clerk timed out.' });
  });

  it('is deleted at the next try when Clerk can say then', async () => {
    const world = createWorld();
    world.clerk.add(...users(0, 100));
    await world.mirror(users(0, 120));
    let failures = 2;
    world.clerk.before = (call) => {
      if (call.method !== 'getUser' || call.id !== userId(110) || failures === 0) return;
      failures -= 1;
      throw new DirectoryUnavailable('Clerk timed out.');
    };
    expect(await world.run()).toMatchObject({ status: 'repaired', deleted: 20, storedUsers: 100 });
    expect(liveUsers(world)).toEqual(usersOfClerk(world));
  });
});

describe('something that nobody expects at one suspect', () => {
  it('keeps nobody else from being deleted, and is logged with the user and its place, not with its words', async () => {
    const world = createWorld({ atOnce: 1 });
    world.clerk.add(...users(0, 50));
    await world.mirror(users(0, 54));
    world.clerk.before = (call) => {
      if (call.method === 'getUser' && call.id === userId(50)) throw new TypeError('No id: person50@example.com');
    };
    const summary = await world.run();
    expect(summary).toMatchObject({ status: 'failed', deleted: 3, storedUsers: 51 });
    expect(liveUsers(world).map(({ id }) => id)).toContain(userId(50));
    const lines = world.log.lines.filter(({ message }) => message === 'suspect passed over');
    expect(lines.map(({ facts }) => [facts['userId'], facts['error']])).toEqual([[userId(50), 'TypeError']]);
    expect(JSON.stringify([world.log.lines, summary])).not.toContain('example.com');
  });

  it('ends the deletions when it goes on: it is a defect then, or a missing permission', async () => {
    const world = createWorld();
    world.clerk.add(...users(0, 980));
    await world.mirror(users(0, 1_000));
    world.store.beforeWrite = () => {
      throw new TypeError('Nobody expects this.');
    };
    const summary = await world.run();
    expect(summary).toMatchObject({ status: 'failed', deleted: 0 });
    expect(summary.failedBecause).toBe('Step delete-4 failed with TypeError: the log has its place in the code.');
  });
});

describe('another Clerk instance', () => {
  it('fails the run before anything is read or written', async () => {
    const world = createWorld();
    world.clerk.add(...users(0, 5));
    await world.run();
    const written = world.writes.length;
    world.clerk.users.clear();
    world.clerk.instance = 'ins_other';

    const summary = await world.run();

    expect(summary).toMatchObject({ status: 'failed', created: 0, deleted: 0 });
    expect(summary.failedBecause).toContain('ins_other');
    expect(summary.failedBecause).toContain('ins_test');
    expect(world.writes).toHaveLength(written);
    expect(world.clerk.calls.at(-1)).toEqual({ method: 'instanceId' });
    expect((await world.runs.get(summary.runId))?.status).toBe('failed');
  });

  it('has none of its users written when the key is exchanged while the run walks', async () => {
    const world = createWorld({ pageSize: 10, chunkMs: 1 });
    world.clerk.add(...users(0, 30));
    await world.mirror(users(0, 30));
    world.clerk.before = () => world.time.advance(1_000);
    // After the answer to the third page, which is the last of its chunk.
    world.clerk.answerPage = (page) => {
      if (world.clerk.count('listUsers') !== 3) return page;
      world.clerk.instance = 'ins_other';
      world.clerk.users.clear();
      world.clerk.add(...users(700, 750));
      return page;
    };
    const summary = await world.run();
    expect(summary.status).toBe('failed');
    expect(summary.failedBecause).toContain('ins_other');
    expect(world.stored().filter(({ id }) => id >= userId(700))).toEqual([]);
  });

  it('stops the deletions when the key is exchanged in the middle of a run', async () => {
    const world = createWorld();
    world.clerk.add(...users(0, 50));
    await world.mirror(users(0, 52));
    world.clerk.before = (call) => {
      if (call.method === 'countUsers' && call.number === 2) world.clerk.instance = 'ins_other';
    };
    const summary = await world.run();
    expect(summary).toMatchObject({ status: 'failed', deleted: 0 });
    expect(world.clerk.count('getUser')).toBe(0);
    expect(liveUsers(world)).toHaveLength(52);
  });
});

describe('a run is held', () => {
  it('when the list is empty', async () => {
    const world = createWorld();
    await world.mirror(users(0, 3));
    const summary = await world.run();
    expect(summary).toMatchObject({ status: 'held', deleted: 0, suspects: 3, clerkUsers: 0, storedUsers: 3 });
    expect(summary.heldBecause).toContain('empty');
    expect(liveUsers(world)).toHaveLength(3);
    expect(await world.runs.get(summary.runId)).toMatchObject({ status: 'held', heldBecause: summary.heldBecause });
    expect(world.metrics.sum('DeletionsHeld')).toBe(3);
    expect(world.log.lines.at(-1)).toMatchObject({ level: 'error', message: 'reconcile run ended' });
  });

  it("when the list is shorter than Clerk's own count, but repairs what it saw", async () => {
    const world = createWorld();
    world.clerk.add(...users(0, 100));
    await world.mirror(users(1, 101));
    world.clerk.answerPage = (page) => page.filter(({ id }) => id !== userId(50));
    const summary = await world.run();
    expect(summary).toMatchObject({ status: 'held', created: 1, deleted: 0, suspects: 2, clerkUsers: 100 });
    expect(summary.heldBecause).toContain('99 users');
    expect(summary.heldBecause).toContain('100');
    expect(world.clerk.count('getUser')).toBe(0);
    expect(liveUsers(world)).toHaveLength(101);
  });

  it("when the list is longer than Clerk's own count", async () => {
    const world = createWorld();
    world.clerk.add(...users(0, 100));
    await world.mirror(users(0, 101));
    world.clerk.answerCount = (count) => count - 1;
    expect(await world.run()).toMatchObject({ status: 'held', deleted: 0 });
  });

  it('but not when users came and went while it read', async () => {
    const world = createWorld({ pageSize: 10 });
    world.clerk.add(...users(0, 100));
    await world.mirror(users(0, 100));
    world.clerk.before = (call) => {
      if (call.method !== 'listUsers' || call.number !== 5) return;
      for (const { id } of [...users(0, 4), ...users(90, 93)]) world.clerk.users.delete(id);
      world.clerk.add(clerkUser(200, { record: { clerkCreatedAt: START + 1 } }));
      world.clerk.add(clerkUser(201, { record: { clerkCreatedAt: START + 2 } }));
    };
    const summary = await world.run();
    // Seven went, of whom the walk had read four; two came, both of whom it read.
    expect(summary).toMatchObject({ status: 'repaired', created: 2, deleted: 3, suspects: 3, clerkUsers: 95 });
  });

  it('when more than half of all users would go', async () => {
    const world = createWorld();
    world.clerk.add(...users(0, 4));
    await world.mirror(users(0, 9));
    const summary = await world.run();
    expect(summary).toMatchObject({ status: 'held', suspects: 5, deleted: 0, storedUsers: 9 });
    expect(summary.heldBecause).toContain('50 %');
  });

  it('when more go than a large table loses by itself, and deletes at the bound', async () => {
    const many = createWorld();
    many.clerk.add(...users(0, 979));
    await many.mirror(users(0, 1_000));
    expect(await many.run()).toMatchObject({ status: 'held', suspects: 21, deleted: 0 });

    const fewer = createWorld();
    fewer.clerk.add(...users(0, 980));
    await fewer.mirror(users(0, 1_000));
    expect(await fewer.run()).toMatchObject({ status: 'repaired', suspects: 20, deleted: 20 });
  });

  it('when there are more than the most one run may delete, and says how many', async () => {
    const world = createWorld({ guard: { most: 10, mostOfAll: 1, share: 1, few: 0 } });
    world.clerk.add(...users(0, 20));
    await world.mirror(users(0, 45));
    const summary = await world.run();
    expect(summary).toMatchObject({ status: 'held', suspects: 25, storedUsers: 45 });
    expect(summary.heldBecause).toContain('25 users');
    const spooled = (await spooledPieces(world, summary.runId)).flat();
    expect(spooled.toSorted()).toEqual(users(20, 45).map(({ id }) => id));
  });

  it('spools any number of suspects in pieces', async () => {
    const world = createWorld({ guard: { most: 10, mostOfAll: 1, share: 1, few: 0 } });
    await world.mirror(users(0, 12_001));
    const summary = await world.run();
    expect(summary).toMatchObject({ status: 'held', suspects: 12_001 });
    const pieces = await spooledPieces(world, summary.runId);
    expect(pieces.map((piece) => piece.length)).toEqual([5_000, 5_000, 2_001]);
  });
});
