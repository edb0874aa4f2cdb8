import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { reconcile } from '../../../functions/reconciler/reconcile.ts';
import { DirectoryUnavailable } from '../../../shared/ports/user-directory.ts';
import { checkAsync } from '../../support/domain/property.ts';
import { clerkUser, clerkUsers, EPOCH } from './support/clerk.ts';
import { HOUR_MS } from './support/incremental.ts';
import { Journal } from './support/journal.ts';
import type { World } from './support/world.ts';
import { createWorld, liveUsers, usersOfClerk } from './support/world.ts';

/**
 * What happens in Clerk at a call of the run, and no webhook tells. Places are places among the last updated; an import is
 * dated back by its creation.
 */
const event = fc.record({
  /** At which call of all runs. */
  call: fc.nat(60),
  kind: fc.constantFrom('update', 'create', 'import', 'delete', 'ban'),
  place: fc.nat(30),
});

const history = fc.record({
  events: fc.array(event, { maxLength: 25 }),
  failingCalls: fc.uniqueArray(fc.nat(60), { maxLength: 3 }),
  seed: fc.nat(1_000),
  pageSize: fc.integer({ min: 2, max: 8 }),
  chunkMs: fc.constantFrom(1, 3, 100),
  diesAfter: fc.constantFrom(
    'updated-1',
    'updated-2',
    'banned-1',
    'stored-1',
    'recount-1',
    'walk-1',
    'delete-1',
    'close',
  ),
});

type Event = typeof event extends fc.Arbitrary<infer T> ? T : never;

const NO_GUARD = { most: 10_000, mostOfAll: 1, share: 1, few: 10_000 };

function play(world: World, { kind, place }: Event, next: number): void {
  const asOf = world.time.clock.now();
  const user = world.clerk.lastUpdated()[place];
  if (kind === 'create') world.clerk.add(clerkUser(next, { record: { clerkCreatedAt: asOf }, asOf }));
  if (kind === 'import') world.clerk.add(clerkUser(next, { record: { clerkCreatedAt: EPOCH + place }, asOf }));
  if (!user) return;
  if (kind === 'update') world.clerk.add({ ...user, profile: { ...user.profile, lastName: `At ${next}` }, asOf });
  if (kind === 'ban') world.clerk.add({ ...user, record: { ...user.record, banned: true } });
  if (kind === 'delete') world.clerk.users.delete(user.id);
}

describe('whatever happens in Clerk while incremental runs are at work, and no webhook arrives,', () => {
  it('the table equals Clerk after one in which nothing happened', async () => {
    const property = fc.asyncProperty(history, async ({ events, failingCalls, seed, pageSize, chunkMs, diesAfter }) => {
      const world = createWorld({ pageSize, chunkMs, guard: NO_GUARD });
      world.clerk.seed = seed;
      world.clerk.add(...clerkUsers(20));
      await world.run();
      const failing = new Set(failingCalls);
      let calls = 0;
      let isQuiet = false;
      world.clerk.before = async () => {
        await world.time.advance(1);
        calls += 1;
        if (isQuiet) return;
        for (const one of events.filter(({ call }) => call === calls))
          play(world, one, 1_000 + calls * 100 + one.place);
        if (failing.delete(calls)) throw new DirectoryUnavailable('Clerk answered 500.', { status: 500 });
      };
      const run = async (journal: Journal) => {
        await world.time.advance(HOUR_MS);
        return journal.execute((context) => reconcile({ mode: 'incremental' }, context, world.deps));
      };
      const journal = new Journal();
      journal.dieAfter = diesAfter;
      if ((await run(journal)) === 'died') await run(journal);
      await run(new Journal());
      isQuiet = true;
      const last = await run(new Journal());
      expect(last).not.toMatchObject({ status: 'failed' });
      expect(liveUsers(world)).toEqual(usersOfClerk(world));
      const written = world.writes.length;
      expect(await run(new Journal())).toMatchObject({ status: 'in-sync', drift: {} });
      expect(world.writes).toHaveLength(written);
    });
    await checkAsync(property, 120);
  });
});
