import { describe, expect, it } from 'vitest';
import type { MetricName } from '../../../shared/names/metrics.ts';
import type { Run } from '../../../shared/ports/run-store.ts';
import { StoreUnavailable } from '../../../shared/ports/user-store.ts';
import { isReadable } from '../../../shared/ports/unreadable.ts';
import { clerkUser, clerkUsers, userId } from './support/clerk.ts';
import { changed, HOUR_MS, incremental } from './support/incremental.ts';
import { Journal } from './support/journal.ts';
import type { World } from './support/world.ts';
import { createWorld } from './support/world.ts';

/** What the last run has said, by metric; undefined where it said nothing. */
async function said(world: World, run: () => Promise<unknown>): Promise<(name: MetricName) => number | undefined> {
  const before = world.metrics.recorded().length;
  await run();
  const recorded = world.metrics.recorded().slice(before);
  return (name) => recorded.find((measurement) => measurement.name === name)?.value;
}

const full = (world: World, more: object = {}) =>
  said(world, () => world.run(new Journal(), { mode: 'full', ...more }));
const hourly = (world: World) => said(world, () => incremental(world));

async function latest(world: World, mode: Run['mode']): Promise<Run> {
  const runs: Run[] = [];
  for await (const run of world.runs.list(0)) if (isReadable(run) && run.mode === mode) runs.push(run);
  const run = runs.at(-1);
  if (!run) throw new Error(`There was no run of the mode ${mode}.`);
  return run;
}

/** A world whose users are all in the table. */
async function mirrored(users: number): Promise<World> {
  const world = createWorld();
  world.clerk.add(...clerkUsers(users));
  await world.run();
  await world.time.advance(HOUR_MS);
  return world;
}

describe('a full run tells', () => {
  it('how many users each side had before it repaired anything', async () => {
    const world = createWorld();
    world.clerk.add(...clerkUsers(30));
    await world.mirror(clerkUsers(19));
    const value = await full(world);
    expect([value('ClerkUsers'), value('StoredUsers'), value('UserCountDiscrepancy')]).toEqual([30, 19, 11]);
    const later = await full(world);
    expect([later('ClerkUsers'), later('StoredUsers'), later('UserCountDiscrepancy')]).toEqual([30, 30, 0]);
  });

  it('those whom only the table has, whether it deletes them or not', async () => {
    const world = await mirrored(100);
    for (const n of [1, 2, 3]) world.clerk.users.delete(userId(n));
    expect((await full(world))('UserCountDiscrepancy')).toBe(3);
    for (let n = 10; n < 50; n += 1) world.clerk.users.delete(userId(n));
    expect((await full(world))('UserCountDiscrepancy')).toBe(40);
    expect((await full(world))('UserCountDiscrepancy')).toBe(40);
  });

  it('that it failed, or that it did not', async () => {
    const world = await mirrored(3);
    world.clerk.instance = 'ins_other';
    const failed = await full(world);
    expect([failed('ReconcileFailed'), failed('UserCountDiscrepancy'), failed('DeletionsHeld')]).toEqual([
      1,
      undefined,
      undefined,
    ]);
    world.clerk.instance = (await world.deps.instance.get()) ?? '';
    expect((await full(world))('ReconcileFailed')).toBe(0);
  });

  it('how many deletions are held, until a later one holds none', async () => {
    const world = await mirrored(100);
    for (let n = 0; n < 30; n += 1) world.clerk.users.delete(userId(n));
    const held = await full(world);
    expect([held('DeletionsHeld'), held('ReconcileFailed')]).toEqual([30, 0]);
    world.clerk.add(...clerkUsers(30));
    expect((await full(world))('DeletionsHeld')).toBe(0);
  });

  it('that none is held any more, also where it fails behind its judgement', async () => {
    const world = await mirrored(100);
    for (let n = 0; n < 30; n += 1) world.clerk.users.delete(userId(n));
    expect((await full(world))('DeletionsHeld')).toBe(30);
    world.clerk.add(...clerkUsers(30));
    world.store.listConflicts = () => {
      throw new StoreUnavailable('The table did not answer.');
    };
    const value = await full(world);
    expect([value('ReconcileFailed'), value('DeletionsHeld')]).toEqual([1, 0]);
  });

  it('everything once, also where it had to be closed a second time', async () => {
    const world = await mirrored(3);
    world.clerk.add(changed(1));
    const answering = { ...world.lease };
    let refused = 0;
    world.lease.release = (lease) => {
      refused += 1;
      return refused === 1
        ? Promise.reject(new StoreUnavailable('The table did not answer.'))
        : answering.release(lease);
    };
    await full(world);
    expect(refused).toBe(2);
    expect(world.metrics.recorded().filter(({ name }) => name === 'DriftFound')).toHaveLength(1);
  });

  it('nothing when it is dry', async () => {
    const world = await mirrored(3);
    world.clerk.add(clerkUser(9));
    const value = await full(world, { dryRun: true });
    for (const name of ['ClerkUsers', 'ReconcileFailed', 'DeletionsHeld', 'QuarantineSize', 'DriftFound'] as const) {
      expect(value(name)).toBeUndefined();
    }
  });
});

describe('an incremental run tells', () => {
  it('how many users each side had before it, and that it did not fail', async () => {
    const world = await mirrored(30);
    world.clerk.add(...Array.from({ length: 11 }, (_, n) => changed(40 + n)));
    const value = await hourly(world);
    expect([value('ClerkUsers'), value('StoredUsers'), value('UserCountDiscrepancy')]).toEqual([41, 30, 11]);
    expect(value('ReconcileFailed')).toBe(0);
    expect((await hourly(world))('UserCountDiscrepancy')).toBe(0);
  });

  it('nothing of held deletions, on which only a full run judges', async () => {
    const world = await mirrored(3);
    expect((await hourly(world))('DeletionsHeld')).toBeUndefined();
  });

  it('nothing of the users when it was skipped', async () => {
    const world = await mirrored(3);
    await world.lease.take('another', world.time.clock.now() + 2 * HOUR_MS);
    const value = await hourly(world);
    for (const name of ['ClerkUsers', 'UserCountDiscrepancy', 'ReconcileFailed'] as const) {
      expect(value(name)).toBeUndefined();
    }
  });
});

describe('an approval tells', () => {
  it('that nothing is held any more, and nothing of all users', async () => {
    const world = await mirrored(100);
    for (let n = 0; n < 30; n += 1) world.clerk.users.delete(userId(n));
    const { runId } = await world.run();
    const value = await said(world, () => world.run(new Journal(), { mode: 'approve', run: runId }));
    expect(value('DeletionsHeld')).toBe(0);
    expect([value('StoredUsers'), value('ReconcileFailed')]).toEqual([undefined, undefined]);
  });

  it('how many deletions of other runs are held still', async () => {
    const world = await mirrored(100);
    for (let n = 0; n < 20; n += 1) world.clerk.users.delete(userId(n));
    expect(await world.run()).toMatchObject({ status: 'repaired', deleted: 20 });
    await world.time.advance(HOUR_MS);
    for (let n = 20; n < 45; n += 1) world.clerk.users.delete(userId(n));
    const ofAll = await world.run();
    expect(ofAll).toMatchObject({ status: 'held', suspects: 25 });
    await world.time.advance(HOUR_MS);
    const one = await said(world, () => world.run(new Journal(), { mode: 'user', userId: userId(20) }));
    expect(one('DeletionsHeld')).toBe(26);
    const heldOne = await latest(world, 'user');
    const approved = await said(world, () => world.run(new Journal(), { mode: 'approve', run: heldOne.id }));
    expect(approved('DeletionsHeld')).toBe(25);
    const rest = await said(world, () => world.run(new Journal(), { mode: 'approve', run: ofAll.runId }));
    expect(rest('DeletionsHeld')).toBe(0);
  });

  it('when it fails, that it failed, and not that nothing is held', async () => {
    const world = await mirrored(3);
    const value = await said(world, () => world.run(new Journal(), { mode: 'approve', run: 'nobody' }));
    expect([value('ReconcileFailed'), value('DeletionsHeld')]).toEqual([1, undefined]);
  });
});

describe('every run tells how many events wait in quarantine', () => {
  const put = (world: World, id: string) =>
    world.quarantine.put({ id, body: '{}', reason: 'no-id', userId: undefined, firstAt: world.time.clock.now() });

  it('until none does', async () => {
    const world = await mirrored(3);
    await put(world, 'msg_1');
    await put(world, 'msg_2');
    expect((await hourly(world))('QuarantineSize')).toBe(2);
    await world.quarantine.dismiss('msg_1');
    await world.quarantine.dismiss('msg_2');
    expect((await full(world))('QuarantineSize')).toBe(0);
  });

  it('also one that cannot be read, which somebody has to look at', async () => {
    const world = await mirrored(3);
    const waiting = { ...world.quarantine };
    world.quarantine.list = async function* (listing) {
      yield* waiting.list(listing);
      yield { id: 'msg_odd', unreadable: 'Item quarantine#msg_odd is none.' };
    };
    await put(world, 'msg_1');
    expect((await full(world))('QuarantineSize')).toBe(2);
  });

  it('up to a hundred', async () => {
    const world = await mirrored(3);
    for (let n = 0; n < 130; n += 1) await put(world, `msg_${n}`);
    expect((await full(world))('QuarantineSize')).toBe(100);
  });

  it('also when it fails', async () => {
    const world = await mirrored(3);
    world.clerk.instance = 'ins_other';
    expect((await full(world))('QuarantineSize')).toBe(0);
  });
});
