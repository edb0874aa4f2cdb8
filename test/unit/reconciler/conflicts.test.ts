import { describe, expect, it } from 'vitest';
import { StoreUnavailable } from '../../../shared/ports/user-store.ts';
import { DirectoryUnavailable } from '../../../shared/ports/user-directory.ts';
import type { DirectoryUser } from '../../../shared/ports/user-directory.ts';
import { summaryTable } from '../../../scripts/sync/summary-table.ts';
import { resolveConflicts } from '../../../shared/sync/reconcile/resolve-conflicts.ts';
import { clerkUser, userId } from './support/clerk.ts';
import { createWorld } from './support/world.ts';
import type { World } from './support/world.ts';

/** The user of a number, as he was or is with an email. */
function withEmail(n: number, email: string | null, asOfShift = 0): DirectoryUser {
  const user = clerkUser(n);
  return {
    ...user,
    profile: { ...user.profile, email },
    record: { ...user.record, verifiedEmail: email },
    asOf: user.asOf + asOfShift,
  };
}

async function ownerOf(world: World, value: string): Promise<string | undefined> {
  return (await world.store.reservation({ kind: 'email', value })).owner;
}

const SHARED = 'shared@example.com';

describe('a full run', () => {
  it('settles an address that two live users had, by what Clerk says now', async () => {
    const world = createWorld();
    await world.mirror([withEmail(1, SHARED), withEmail(2, SHARED)]);
    world.clerk.add(withEmail(1, 'own@example.com', 60_000), withEmail(2, SHARED));
    expect(await world.run()).toMatchObject({ status: 'repaired', conflicts: 0 });
    expect([await ownerOf(world, SHARED), await ownerOf(world, 'own@example.com')]).toEqual([userId(2), userId(1)]);
  });

  it('that has done nothing but bring a name to whom it belongs says how many', async () => {
    const world = createWorld();
    await world.mirror([withEmail(1, SHARED), withEmail(2, SHARED)]);
    world.clerk.add(withEmail(1, SHARED), withEmail(2, SHARED));
    expect(await world.run()).not.toHaveProperty('resolved');
    world.clerk.add(withEmail(1, 'own@example.com', 60_000));
    await world.mirror([withEmail(1, 'own@example.com', 60_000)], world.time.clock.now());
    const summary = await world.run();
    expect(summary).toMatchObject({ status: 'repaired', created: 0, updated: 0, deleted: 0, restored: 0, resolved: 1 });
    expect(summaryTable(summary, false)).toMatch(/^names brought home +1$/m);
  });

  it('gives the address of a user whom it deletes to the one who waits', async () => {
    const world = createWorld();
    await world.mirror([withEmail(1, SHARED), withEmail(2, SHARED)]);
    world.clerk.add(withEmail(2, SHARED));
    expect(await world.run()).toMatchObject({ status: 'repaired', deleted: 1, conflicts: 0 });
    expect(await ownerOf(world, SHARED)).toBe(userId(2));
  });

  it('counts what Clerk itself gives to two, and settles it another time', async () => {
    const world = createWorld();
    await world.mirror([withEmail(1, SHARED), withEmail(2, SHARED)]);
    world.clerk.add(withEmail(1, SHARED), withEmail(2, SHARED));
    expect(await world.run()).toMatchObject({ status: 'in-sync', conflicts: 1 });
    expect(await ownerOf(world, SHARED)).toBe(userId(1));
    world.clerk.add(withEmail(1, null, 60_000));
    expect(await world.run()).toMatchObject({ conflicts: 0 });
    expect(await ownerOf(world, SHARED)).toBe(userId(2));
  });

  it('finds who waits for a name whose reservation was lost, and gives it to her when it is free', async () => {
    const world = createWorld();
    await world.mirror([withEmail(1, SHARED), withEmail(2, SHARED)]);
    world.clerk.add(withEmail(1, SHARED), withEmail(2, SHARED));
    const name = { kind: 'email', value: SHARED } as const;
    expect(await world.run()).toMatchObject({ status: 'in-sync', conflicts: 1 });
    const writes = world.writes.length;
    await world.run();
    expect(world.writes, 'nobody is written who is known to wait').toHaveLength(writes);
    world.loseReservation(name);
    await world.run();
    const { owner, claimants } = await world.store.reservation(name);
    expect([owner, ...claimants].filter(Boolean)).toEqual([userId(2)]);
  });

  it('is not ended by one who waits for a lost name and whose item is too large to be written', async () => {
    const world = createWorld();
    await world.mirror([withEmail(1, SHARED), withEmail(2, SHARED)]);
    world.clerk.add(withEmail(1, SHARED), withEmail(2, SHARED), clerkUser(3));
    world.loseReservation({ kind: 'email', value: SHARED });
    world.writeApp(userId(2), { text: 'x'.repeat(409_000) });
    const summary = await world.run();
    expect(summary).toMatchObject({ status: 'failed', created: 1, unstorable: 1, storedUsers: 3 });
    expect(summary.failedBecause).toContain('1 users cannot be stored');
  });

  it('settles conflicts also when its deletions are held', async () => {
    const world = createWorld({ guard: { most: 0, mostOfAll: 0, share: 0, few: 0 } });
    await world.mirror([withEmail(1, SHARED), withEmail(2, SHARED), clerkUser(3)]);
    world.clerk.add(withEmail(1, 'own@example.com', 60_000), withEmail(2, SHARED));
    expect(await world.run()).toMatchObject({ status: 'held', conflicts: 0 });
    expect(await ownerOf(world, SHARED)).toBe(userId(2));
  });
});

describe('a chunk of conflicts', () => {
  /** Three addresses, each of two users: Clerk leaves the first as it is and gives the others to the second user. */
  async function three(chunkMs: number): Promise<World> {
    const world = createWorld({ chunkMs });
    for (const n of [0, 1, 2]) {
      await world.mirror([withEmail(2 * n, `a${n}@example.com`), withEmail(2 * n + 1, `a${n}@example.com`)]);
      await world.time.advance(1);
      const first = n === 0 ? withEmail(0, 'a0@example.com') : withEmail(2 * n, null, 60_000);
      world.clerk.add(first, withEmail(2 * n + 1, `a${n}@example.com`));
    }
    return world;
  }

  it('ends when its time is up and is followed by one that passes over what goes on waiting', async () => {
    const world = await three(0);
    const first = await resolveConflicts(world.deps, 0);
    expect(first).toMatchObject({ next: 1, advanced: true, waiting: 1, problem: undefined });
    const second = await resolveConflicts(world.deps, 1);
    expect(second).toMatchObject({ next: 1, advanced: true, waiting: 1 });
    const third = await resolveConflicts(world.deps, 1);
    expect(third).toMatchObject({ next: 1, waiting: 1 });
    expect(await resolveConflicts(world.deps, 1)).toMatchObject({ next: undefined, advanced: true, waiting: 1 });
    expect([await ownerOf(world, 'a1@example.com'), await ownerOf(world, 'a2@example.com')]).toEqual([
      userId(3),
      userId(5),
    ]);
  });

  it('says what stopped it, and may be repeated', async () => {
    const world = await three(1_000);
    const list = world.clerk.listUsersById.bind(world.clerk);
    world.clerk.listUsersById = () => Promise.reject(new DirectoryUnavailable('Clerk is down.'));
    expect(await resolveConflicts(world.deps, 0)).toMatchObject({
      next: 0,
      advanced: false,
      problem: { message: 'Clerk is down.', passing: true },
    });
    world.clerk.listUsersById = list;
    expect(await resolveConflicts(world.deps, 0)).toMatchObject({ next: undefined, waiting: 1, problem: undefined });
  });
});

describe('a name that cannot be settled', () => {
  it('does not keep the names behind it from being settled', async () => {
    const world = createWorld();
    const names: string[] = [];
    world.store.listConflicts = async function* () {
      yield { kind: 'email', value: 'poison@example.com' } as const;
      yield { kind: 'email', value: 'behind@example.com' } as const;
    };
    const reservation = world.store.reservation.bind(world.store);
    world.store.reservation = (name, options) => {
      names.push(name.value);
      return name.value.startsWith('poison')
        ? Promise.reject(new StoreUnavailable('The table did not answer.'))
        : reservation(name, options);
    };
    const summary = await world.run();
    expect(names).toContain('behind@example.com');
    expect(summary).toMatchObject({ status: 'in-sync', conflicts: 1 });
    expect(JSON.stringify(world.log.lines)).not.toContain('example.com');
  });
});
