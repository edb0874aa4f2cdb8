import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { reconcile } from '../../../functions/reconciler/reconcile.ts';
import type { DirectoryUser } from '../../../shared/ports/user-directory.ts';
import { DirectoryUnavailable } from '../../../shared/ports/user-directory.ts';
import { StoreUnavailable } from '../../../shared/ports/user-store.ts';
import type { ReconcileLimits } from '../../../shared/sync/reconcile/dependencies.ts';
import { RECONCILE_LIMITS } from '../../../shared/sync/reconcile/dependencies.ts';
import { clerkUser, EPOCH, userId } from './support/clerk.ts';
import { Journal } from './support/journal.ts';
import type { World } from './support/world.ts';
import { createWorld, liveUsers, START, usersOfClerk } from './support/world.ts';

/** What a user is in Clerk and in the table before the run. Few creation times: most users share theirs. */
const planted = fc.record({
  state: fc.constantFrom('same', 'missing', 'differs', 'extra', 'buried', 'token-only', 'token-only-extra', 'moved'),
  time: fc.nat(4),
});

type Planted = typeof planted extends fc.Arbitrary<infer T> ? T : never;

const settings = fc.record({
  users: fc.array(planted, { maxLength: 60 }),
  seed: fc.nat(1_000),
  pageSize: fc.constantFrom(1, 1, 2, 3, 5, 12),
  chunkMs: fc.constantFrom(1, 3, 100),
  largeMoment: fc.constantFrom(0, 2, 5, 5_000),
  /** Where the last run has divided the list. */
  marks: fc.uniqueArray(fc.integer({ min: -1, max: 6 }), { maxLength: 6 }),
  /** Calls of Clerk and writes of the table that fail. */
  failingCalls: fc.uniqueArray(fc.nat(60), { maxLength: 3 }),
  failingWrites: fc.uniqueArray(fc.nat(60), { maxLength: 3 }),
  diesAfter: fc.constantFrom(undefined, 'walk-1', 'walk-2', 'unknown', 'unknown-1', 'judge', 'delete-1'),
});

/** No hold: what comes of proposals is the matter here, not whether there are too many. */
const NO_GUARD = { most: 10_000, mostOfAll: 1, share: 1, few: 10_000 };

/** Divides even the smallest list into windows, at the times of its users and beside them. */
async function worldOf(limits: Partial<ReconcileLimits>, seed: number, marks: readonly number[]): Promise<World> {
  const { pageSize, chunkMs, largeMoment } = { ...RECONCILE_LIMITS, ...limits };
  const world = createWorld({ pageSize, chunkMs, largeMoment, guard: NO_GUARD });
  world.clerk.seed = seed;
  await world.runs.putMarks(marks.map((time) => EPOCH + time).toSorted((a, b) => a - b));
  return world;
}

async function plant(world: World, users: readonly Planted[]): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const [n, { state, time }] of users.entries()) {
    counts[state] = (counts[state] ?? 0) + 1;
    await plantUser(world, state, clerkUser(n, { record: { clerkCreatedAt: EPOCH + time }, asOf: EPOCH + 60_000 }));
  }
  return counts;
}

async function plantUser(world: World, state: Planted['state'], user: DirectoryUser): Promise<void> {
  const older = { ...user, profile: { ...user.profile, firstName: 'Older' }, asOf: EPOCH + 1 };
  const elsewhere = { ...user, record: { ...user.record, clerkCreatedAt: EPOCH + 77 }, asOf: EPOCH + 1 };
  if (state !== 'extra' && state !== 'token-only-extra') world.clerk.add(user);
  if (state === 'same' || state === 'extra' || state === 'buried') await world.mirror([user]);
  if (state === 'differs') await world.mirror([older]);
  if (state === 'moved') await world.mirror([elsewhere]);
  if (state === 'buried') await world.remove(user.id, START - 3_600_000);
  if (state.startsWith('token-only')) await world.createFromToken(user.id, { email: user.profile.email });
}

describe('whatever the table holds', () => {
  it('one run makes it equal to Clerk with exact counts, and the next one finds nothing', async () => {
    const property = fc.asyncProperty(
      settings,
      async ({ users, seed, marks, failingCalls, failingWrites, ...limits }) => {
        const world = await worldOf(limits, seed, marks);
        const planted = await plant(world, users);
        fc.pre(world.clerk.users.size > 0);
        const of = (state: Planted['state']): number => planted[state] ?? 0;
        const calls = new Set(failingCalls);
        world.clerk.before = async () => {
          await world.time.advance(1);
          if (calls.delete(world.clerk.calls.length))
            throw new DirectoryUnavailable('Clerk answered 500.', { status: 500 });
        };
        const writes = new Set(failingWrites);
        let attempts = 0;
        world.store.beforeWrite = () => {
          attempts += 1;
          if (writes.delete(attempts)) throw new StoreUnavailable('The table did not answer.');
        };

        const summary = await world.run();

        expect(summary).toMatchObject({
          created: of('missing'),
          updated: of('differs') + of('moved') + of('token-only'),
          restored: of('buried'),
          deleted: of('extra') + of('token-only-extra'),
          clerkUsers: world.clerk.users.size,
          storedUsers: world.clerk.users.size,
        });
        expect(summary.drift['firstName'] ?? 0).toBe(of('differs') + of('token-only'));
        expect(liveUsers(world)).toEqual(usersOfClerk(world));
        const written = world.writes.length;
        expect(await world.run()).toMatchObject({ status: 'in-sync', suspects: 0, drift: {} });
        expect(world.writes).toHaveLength(written);
      },
    );
    await fc.assert(property, { numRuns: 150 });
  });

  it('a run that dies on the way ends right all the same, with exact counts', async () => {
    const property = fc.asyncProperty(settings, async ({ users, seed, marks, diesAfter, ...limits }) => {
      const world = await worldOf(limits, seed, marks);
      const planted = await plant(world, users);
      const of = (state: Planted['state']): number => planted[state] ?? 0;
      fc.pre(world.clerk.users.size > 0);
      world.clerk.before = () => world.time.advance(1);
      const journal = new Journal();
      journal.dieAfter = diesAfter;
      const run = () => journal.execute((context) => reconcile({ mode: 'full' }, context, world.deps));
      const first = await run();
      const summary = first === 'died' ? await run() : first;
      expect(summary).toMatchObject({
        created: of('missing'),
        updated: of('differs') + of('moved') + of('token-only'),
        restored: of('buried'),
        deleted: of('extra') + of('token-only-extra'),
        clerkUsers: world.clerk.users.size,
        storedUsers: world.clerk.users.size,
      });
      expect(liveUsers(world)).toEqual(usersOfClerk(world));
    });
    await fc.assert(property, { numRuns: 100 });
  });

  it('nobody is deleted whom Clerk has, whichever pages leave someone out', async () => {
    const property = fc.asyncProperty(
      settings,
      fc.array(fc.nat(59)),
      async ({ users, seed, marks, pageSize, largeMoment }, hidden) => {
        const world = await worldOf({ pageSize, largeMoment }, seed, marks);
        await plant(world, users);
        const left = new Set(hidden.map(userId));
        world.clerk.answerPage = (page) => page.filter(({ id }) => !left.has(id));
        world.clerk.answerCount = () => usersOfClerk(world).filter(({ id }) => !left.has(id)).length;
        await world.run();
        const deleted = world.stored().filter((user) => user.tombstone && user.tombstone.deletedAt >= START);
        expect(deleted.filter(({ id }) => world.clerk.users.has(id))).toEqual([]);
      },
    );
    await fc.assert(property, { numRuns: 100 });
  });
});
