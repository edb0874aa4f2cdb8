import { describe, expect, it } from 'vitest';
import { reconcile } from '../../../functions/reconciler/reconcile.ts';
import { StoreUnavailable } from '../../../shared/ports/user-store.ts';
import { clerkUser, clerkUsers, EPOCH, userId } from './support/clerk.ts';
import { Journal } from './support/journal.ts';
import type { World } from './support/world.ts';
import { createWorld, liveUsers, START, usersOfClerk } from './support/world.ts';

/** 60 users in Clerk; the table lacks some, has some differently and three too many. Pages of 10, two pages a chunk. */
async function driftedWorld(): Promise<World> {
  const world = createWorld({ pageSize: 10, chunkMs: 2_000 });
  const crowd = Array.from({ length: 15 }, (_, n) =>
    clerkUser(100 + n, { record: { clerkCreatedAt: EPOCH + 90_000 } }),
  );
  world.clerk.add(...clerkUsers(45), ...crowd);
  const changed = [3, 17, 31].map((n) => clerkUser(n, { profile: { lastName: 'Before' }, asOf: 1 }));
  await world.mirror([...changed, ...clerkUsers(20).filter((_, n) => n !== 3 && n !== 17), ...crowd.slice(0, 5)]);
  await world.mirror([
    clerkUser(70),
    clerkUser(71),
    clerkUser(110 + 8, { record: { clerkCreatedAt: EPOCH + 90_000 } }),
  ]);
  world.clerk.before = (call) => (call.method === 'listUsers' ? world.time.advance(1_000) : undefined);
  return world;
}

const REPAIRS = { created: 34, updated: 3, deleted: 3, restored: 0, clerkUsers: 60, storedUsers: 60 };

function execute(world: World, journal: Journal) {
  return journal.execute((context) => reconcile({ mode: 'full' }, context, world.deps));
}

describe('a run in chunks', () => {
  it('has the same counts as a run in one piece', async () => {
    const world = await driftedWorld();
    const journal = new Journal();
    const summary = await execute(world, journal);
    expect(summary).toMatchObject({ status: 'repaired', ...REPAIRS, drift: { lastName: 3 } });
    expect(journal.steps.filter((name) => name.startsWith('walk-')).length).toBeGreaterThan(2);
    expect(liveUsers(world)).toEqual(usersOfClerk(world));
  });

  it('keeps only positions, counts and ids in the execution, never a value of a user', async () => {
    const world = await driftedWorld();
    const answers: string[] = [];
    const journal = new Journal();
    const step = journal.step.bind(journal);
    journal.step = async (name, work, config) => {
      const answer = await step(name, work, config);
      answers.push(JSON.stringify(answer));
      return answer;
    };
    await execute(world, journal);
    expect(answers.join()).toContain('"created"');
    expect(answers.join()).not.toMatch(/example\.com|Before|First/);
    expect(Math.max(...answers.map((answer) => answer.length))).toBeLessThan(2_000);
  });

  it('needs no wait when it is done in one invocation', async () => {
    const world = await driftedWorld();
    const journal = new Journal();
    await execute(world, journal);
    expect(journal.waits).toEqual([]);
  });

  it('goes on in another invocation before this one has used its time', async () => {
    const world = createWorld({ pageSize: 1 });
    world.clerk.add(...clerkUsers(20));
    world.clerk.before = (call) => (call.method === 'listUsers' ? world.time.advance(10_000) : undefined);
    const journal = new Journal();
    const waitedAt: number[] = [];
    const wait = journal.wait.bind(journal);
    journal.wait = (...args) => {
      waitedAt.push(world.time.clock.now());
      return wait(...args);
    };
    expect(await execute(world, journal)).toMatchObject({ created: 20, clerkUsers: 20, storedUsers: 20 });
    expect(journal.waits.length).toBeGreaterThan(3);
    expect(new Set(journal.waits.map(({ seconds }) => seconds))).toEqual(new Set([1]));
    const invocations = [...waitedAt, world.time.clock.now()].map((at, n) => at - (waitedAt[n - 1] ?? START));
    expect(Math.max(...invocations)).toBeLessThan(100_000);
  });
});

describe('a run whose process dies', () => {
  const steps = ['begin', 'lease-1', 'open', 'walk-1', 'walk-2', 'walk-3', 'unknown', 'judge', 'delete-1', 'close'];

  it.each(steps)('after the work of step %s is resumed where it was, and ends right', async (step) => {
    const world = await driftedWorld();
    const journal = new Journal();
    journal.dieAfter = step;

    expect(await execute(world, journal)).toBe('died');
    const before = [...journal.steps];
    const summary = await execute(world, journal);

    expect(summary).toMatchObject({ status: 'repaired', ...REPAIRS, drift: { lastName: 3 } });
    expect(liveUsers(world)).toEqual(usersOfClerk(world));
    expect(before).not.toContain(step);
    expect(new Set(journal.steps).size, 'no finished step is repeated').toBe(journal.steps.length);
    const tombstones = world.stored().filter(({ tombstone }) => tombstone);
    expect(tombstones.map(({ id }) => id)).toEqual([userId(70), userId(71), userId(118)]);
    expect(world.writes).toHaveLength(REPAIRS.created + REPAIRS.updated + REPAIRS.deleted);
    expect(await world.run()).toMatchObject({ status: 'in-sync', suspects: 0 });
  });

  it('asks the execution for the same operations when it is replayed', async () => {
    const world = await driftedWorld();
    const journal = new Journal();
    let failures = 2;
    world.clerk.before = async (call) => {
      if (call.method !== 'listUsers') return;
      await world.time.advance(15_000);
      if (call.number > 3 && failures > 0) {
        failures -= 1;
        world.clerk.users.delete('user_nobody');
        throw new StoreUnavailable('The table did not answer.');
      }
    };
    const first = await execute(world, journal);
    const operations = [...journal.operations];
    expect(journal.waits.length).toBeGreaterThan(2);
    const calls = world.clerk.calls.length;

    expect(await execute(world, journal)).toEqual(first);
    expect(journal.operations).toEqual(operations);
    expect(world.clerk.calls).toHaveLength(calls);
  });
});

describe('a table that fails', () => {
  it('for a while makes the run wait, and its counts stay exact', async () => {
    const world = await driftedWorld();
    let until = 0;
    world.store.beforeWrite = ({ next }) => {
      if (next.id === userId(25) && until === 0) until = world.time.clock.now() + 12_000;
      if (world.time.clock.now() < until) throw new StoreUnavailable('The table did not answer in time.');
    };
    const journal = new Journal();
    const summary = await execute(world, journal);
    expect(summary).toMatchObject({ status: 'repaired', ...REPAIRS, drift: { lastName: 3 } });
    expect(journal.waits.map(({ seconds }) => seconds)).toContain(5);
    expect(liveUsers(world)).toEqual(usersOfClerk(world));
  });

  it('for good fails the run, naming the user but no value', async () => {
    const world = await driftedWorld();
    world.store.beforeWrite = ({ next }) => {
      if (next.id === userId(25)) throw new StoreUnavailable('The table did not answer in time.');
    };
    const journal = new Journal();
    const summary = await execute(world, journal);
    expect(summary).toMatchObject({ status: 'failed', deleted: 0 });
    if (summary === 'died') return;
    expect(summary.failedBecause).toContain(userId(25));
    expect(journal.waits.map(({ seconds }) => seconds)).toEqual([5, 15, 45]);
    expect(liveUsers(world).map(({ id }) => id)).toContain(userId(70));
  });

  it('at the spool of suspects forgets none of them', async () => {
    const world = await driftedWorld();
    const put = world.runs.putSuspects.bind(world.runs);
    let failures = 1;
    world.runs.putSuspects = (...args) => {
      failures -= 1;
      return failures >= 0 ? Promise.reject(new StoreUnavailable('The table did not answer.')) : put(...args);
    };
    expect(await execute(world, new Journal())).toMatchObject({
      status: 'repaired',
      ...REPAIRS,
      drift: { lastName: 3 },
    });
    expect(liveUsers(world)).toEqual(usersOfClerk(world));
  });

  it('at the very beginning, where an id was asked for, is counted: nothing of it can be recorded', async () => {
    const world = createWorld();
    world.runs.get = () => Promise.reject(new StoreUnavailable('The table did not answer.'));
    const event = { mode: 'full', runId: 'asked_for' };
    await expect(world.run(new Journal(), event)).rejects.toThrow('The table did not answer.');
    expect(world.metrics.sum('ReconcileFailed')).toBe(1);
    expect(world.metrics.recorded().every(({ flushed }) => flushed)).toBe(true);
  });

  it('at the very end is not taken for a success: the execution fails and is counted', async () => {
    const world = createWorld();
    world.clerk.add(clerkUser(1));
    const save = world.runs.save.bind(world.runs);
    world.runs.save = (run) =>
      run.status === 'running' ? save(run) : Promise.reject(new StoreUnavailable('The table did not answer.'));
    await expect(world.run()).rejects.toThrow('The table did not answer.');
    expect(world.metrics.sum('ReconcileFailed')).toBe(1);
    expect(world.metrics.recorded().every(({ flushed }) => flushed)).toBe(true);
  });
});

describe('a user who cannot be stored', () => {
  it('fails the run, which does everything else', async () => {
    const world = await driftedWorld();
    const huge = clerkUser(25, { record: { publicMetadata: { text: 'x'.repeat(500_000) } } });
    world.clerk.add(huge);

    const summary = await execute(world, new Journal());

    expect(summary).toMatchObject({ status: 'failed', created: 33, updated: 3, deleted: 3, unstorable: 1 });
    expect(summary).toMatchObject({ clerkUsers: 60, storedUsers: 59 });
    expect(liveUsers(world)).toEqual(usersOfClerk(world).filter(({ id }) => id !== huge.id));
    const lines = world.log.lines.filter(({ message }) => message === 'user not synchronised');
    expect(lines.map(({ facts }) => facts['userId'])).toEqual([huge.id]);
    expect(world.metrics.sum('ReconcileFailed')).toBe(1);
  });

  it('keeps counting as stored when an older state of it is', async () => {
    const world = createWorld();
    world.clerk.add(clerkUser(1, { record: { publicMetadata: { text: 'x'.repeat(500_000) } }, asOf: START - 1 }));
    await world.mirror([clerkUser(1)]);
    expect(await world.run()).toMatchObject({ status: 'failed', unstorable: 1, storedUsers: 1, clerkUsers: 1 });
  });
});

describe('an error that nobody expects', () => {
  it('fails the run, and its message goes nowhere', async () => {
    const world = createWorld();
    world.clerk.add(...clerkUsers(3));
    world.store.beforeWrite = () => {
      throw new TypeError('Cannot handle person1@example.com');
    };
    const summary = await world.run();
    expect(summary.status).toBe('failed');
    expect(summary.failedBecause).toBe('Step walk-1 failed with TypeError: the log has its place in the code.');
    const text = JSON.stringify([world.log.lines, summary, await world.runs.get(summary.runId)]);
    expect(text).toContain('TypeError');
    expect(text).not.toContain('example.com');
  });
});

describe('the event', () => {
  it.each([undefined, null, 'full', {}, { mode: 'fulll' }, { mode: 7 }])(
    '%j is refused with what to send',
    async (event) => {
      const world = createWorld();
      const run = new Journal().execute((context) => reconcile(event, context, world.deps));
      await expect(run).rejects.toThrow('send { "mode": "full" }');
      expect(world.clerk.calls).toEqual([]);
    },
  );
});

describe('what a run leaves behind', () => {
  it('is a record of itself, from its beginning', async () => {
    const world = await driftedWorld();
    const states: unknown[] = [];
    const save = world.runs.save.bind(world.runs);
    world.runs.save = (run) => {
      states.push([run.status, run.endedAt === undefined]);
      return save(run);
    };
    const summary = await world.run();
    expect(states).toEqual([
      ['running', true],
      ['running', true],
      ['repaired', false],
    ]);
    const { created, updated, deleted, restored, clerkUsers, storedUsers } = REPAIRS;
    expect(await world.runs.get(summary.runId)).toEqual({
      id: summary.runId,
      mode: 'full',
      status: 'repaired',
      hasJudged: true,
      startedAt: START,
      endedAt: world.time.clock.now(),
      counts: { created, updated, deleted, restored, clerkUsers, storedUsers, suspects: 3, conflicts: 0 },
      drift: { lastName: 3 },
      report: summary.report,
      heldBecause: undefined,
      failedBecause: undefined,
    });
    expect(summary.seconds).toBe((world.time.clock.now() - START) / 1_000);
  });

  it('is its metrics, all of them handed over', async () => {
    const world = await driftedWorld();
    const summary = await world.run();
    expect(world.metrics.sum('ClerkUsers')).toBe(60);
    // As the run found them: 34 were missing, and 3 were there whom Clerk has no more.
    expect(world.metrics.sum('StoredUsers')).toBe(29);
    expect(world.metrics.sum('UserCountDiscrepancy')).toBe(31);
    expect(world.metrics.sum('ReconcileDuration')).toBe(summary.seconds * 1_000);
    expect(world.metrics.sum('DriftFound', { Field: 'lastName' })).toBe(3);
    expect(world.metrics.sum('SyncDeleted', { Path: 'reconciler' })).toBe(3);
    expect(world.metrics.sum('ReconcileFailed')).toBe(0);
    expect(world.metrics.recorded().every(({ flushed }) => flushed)).toBe(true);
  });

  it('is a log without any value of a user', async () => {
    const world = await driftedWorld();
    await world.run();
    const text = JSON.stringify(world.log.lines);
    expect(text).toContain(userId(70));
    expect(text).not.toMatch(/example\.com|Before|First\d|Last\d/);
  });
});
