import { describe, expect, it } from 'vitest';
import { DirectoryUnavailable } from '../../../shared/ports/user-directory.ts';
import { clerkUser, userId } from './support/clerk.ts';
import { changed, HOUR_MS, incremental, incrementalDyingAfter, LATER, mirroredWorld } from './support/incremental.ts';
import { Journal } from './support/journal.ts';
import type { World } from './support/world.ts';
import { createWorld, liveUsers, START, usersOfClerk } from './support/world.ts';

/** Clerk has changed five users, made two and banned one without a word, and no webhook arrived. */
async function changedWorld(limits = {}): Promise<World> {
  const world = await mirroredWorld(60, limits);
  world.clerk.add(...[3, 17, 31, 32, 33].map((n) => changed(n)), changed(80), changed(81));
  world.clerk.add(clerkUser(9, { record: { banned: true } }));
  return world;
}

const REPAIRS = { created: 2, updated: 6, deleted: 0, restored: 0, clerkUsers: 62, storedUsers: 62 };
const DRIFT = { lastName: 5, banned: 1 };

describe('an incremental run', () => {
  it('repairs what Clerk has changed since the last run, and bans that Clerk did not version', async () => {
    const world = await changedWorld();
    expect(await incremental(world)).toMatchObject({ status: 'repaired', ...REPAIRS, drift: DRIFT });
    expect(liveUsers(world)).toEqual(usersOfClerk(world));
    expect(world.writes).toHaveLength(8);
    expect(await incremental(world)).toMatchObject({ status: 'in-sync', created: 0, updated: 0, drift: {} });
    expect(world.writes).toHaveLength(8);
  });

  it('asks Clerk for no page more than it needs', async () => {
    const world = await changedWorld();
    await incremental(world);
    expect(world.clerk.count('listUpdated')).toBe(1);
    // The banned, the empty page after them, and whether there is nobody later.
    expect(world.clerk.calls.filter((call) => call.method === 'listUsers').map(({ page }) => page.banned)).toEqual([
      true,
      true,
      true,
    ]);
  });

  it('lets others alone: a difference from before it is for the full run', async () => {
    const world = await mirroredWorld();
    world.clerk.add(clerkUser(5, { profile: { lastName: 'Long ago' }, asOf: START - 3 * HOUR_MS }));
    expect(await incremental(world)).toMatchObject({ status: 'in-sync' });
    expect(await world.run()).toMatchObject({ status: 'repaired', updated: 1 });
  });

  it('leaves it to the full run who is banned no more, when Clerk did not version that', async () => {
    const world = await mirroredWorld();
    world.clerk.add(clerkUser(5, { record: { banned: true } }));
    await incremental(world);
    world.clerk.add(clerkUser(5));
    await world.time.advance(HOUR_MS);
    expect(await incremental(world)).toMatchObject({ status: 'in-sync' });
    expect((await world.get(userId(5)))?.record?.content.banned).toBe(true);
    expect(await world.run()).toMatchObject({ status: 'repaired', updated: 1, drift: { banned: 1 } });
  });

  it('looks ten minutes further back than the last one came', async () => {
    const world = await mirroredWorld();
    world.clerk.add(changed(1, { asOf: START - 600_000 }), changed(2, { asOf: START - 600_001 }));
    expect(await incremental(world)).toMatchObject({ status: 'repaired', updated: 1 });
    expect((await world.get(userId(2)))?.profile.content.lastName).toBe('Last2');
  });

  it('finds the next time who was changed behind its back', async () => {
    const world = await changedWorld();
    world.clerk.before = (call) => {
      if (call.method === 'listUpdated') world.clerk.add(changed(40, { asOf: LATER + 300_000 + call.number }));
      world.clerk.before = () => undefined;
    };
    world.clerk.answerCount = (users) => users;
    await incremental(world);
    world.clerk.add(changed(33, { profile: { lastName: 'Changed again' }, asOf: LATER + 400_000 }));
    expect(await incremental(world)).toMatchObject({ status: 'repaired', updated: 1 });
    expect(liveUsers(world)).toEqual(usersOfClerk(world));
  });

  it('records nothing that would pass for a full run, but the drift', async () => {
    const world = await changedWorld();
    const before = world.metrics.recorded().length;
    await incremental(world);
    const names = new Set(
      world.metrics
        .recorded()
        .slice(before)
        .map(({ name }) => name),
    );
    expect(names).toContain('DriftFound');
    for (const name of ['ReconcileDuration', 'DeletionsHeld']) expect(names).not.toContain(name);
  });

  it('says in its record what it was', async () => {
    const world = await changedWorld();
    const { runId } = await incremental(world, { since: '2027-01-01T00:00:00Z' });
    const run = await world.runs.get(runId);
    expect(run).toMatchObject({ mode: 'incremental', status: 'repaired', since: START });
    expect(run).not.toHaveProperty('becauseFull');
  });

  it('of another Clerk instance is refused, changes nothing and counts as failed', async () => {
    const world = await changedWorld();
    world.clerk.instance = 'ins_other';
    expect(await incremental(world)).toMatchObject({ status: 'failed', created: 0, updated: 0 });
    expect(world.writes).toEqual([]);
    expect(world.metrics.sum('ReconcileFailed')).toBe(1);
  });

  it('goes on after Clerk was not there for a while, with exact counts', async () => {
    const world = await changedWorld({ pageSize: 3, chunkMs: 1 });
    let failures = 3;
    world.clerk.before = async (call) => {
      await world.time.advance(5);
      const isLate = 'number' in call && call.number > 1;
      if (!isLate || failures === 0) return;
      failures -= 1;
      throw new DirectoryUnavailable('Clerk answered 503.', { status: 503 });
    };
    expect(await incremental(world)).toMatchObject({ status: 'repaired', ...REPAIRS, drift: DRIFT });
  });
});

describe('an incremental run in chunks', () => {
  const limits = { pageSize: 2, chunkMs: 1 };

  function slow(world: World): void {
    world.clerk.before = () => world.time.advance(5);
  }

  it('has the same counts as one in one piece', async () => {
    const world = await changedWorld(limits);
    slow(world);
    const journal = new Journal();
    expect(await incremental(world, {}, journal)).toMatchObject({ status: 'repaired', ...REPAIRS, drift: DRIFT });
    expect(journal.steps.filter((name) => name.startsWith('updated-')).length).toBeGreaterThan(3);
    expect(liveUsers(world)).toEqual(usersOfClerk(world));
  });

  it('ends none inside one time, however many users share it', async () => {
    const world = await mirroredWorld(60, limits);
    world.clerk.add(...Array.from({ length: 30 }, (_, n) => changed(n, { asOf: LATER })), changed(50));
    slow(world);
    expect(await incremental(world)).toMatchObject({ status: 'repaired', updated: 31, drift: { lastName: 31 } });
  });

  it('keeps only positions, counts and ids in the execution, never a value of a user', async () => {
    const world = await changedWorld(limits);
    slow(world);
    const journal = new Journal();
    const answers: string[] = [];
    const step = journal.step.bind(journal);
    journal.step = async (name, work, config) => {
      const answer = await step(name, work, config);
      answers.push(JSON.stringify(answer));
      return answer;
    };
    await incremental(world, {}, journal);
    expect(answers.join()).toContain('"offset"');
    expect(answers.join()).not.toMatch(/example\.com|Changed|First/);
  });

  it('keeps the lease for each of them', async () => {
    const world = await changedWorld(limits);
    slow(world);
    world.clerk.before = (call) => (call.method === 'listUpdated' ? world.time.advance(200_000) : undefined);
    const [kept, keep]: [number[], typeof world.lease.keep] = [[], world.lease.keep.bind(world.lease)];
    world.deps.lease.keep = (lease, until) => {
      kept.push(until);
      return keep(lease, until);
    };
    expect(await incremental(world)).toMatchObject({ status: 'repaired', ...REPAIRS });
    expect(kept.length).toBeGreaterThan(5);
  });

  const steps = ['begin', 'lease-1', 'resume', 'updated-1', 'updated-3', 'banned-1', 'clerk-1', 'stored-1', 'clerk-2'];
  it.each([...steps, 'conflicts-1', 'close'])('whose process dies after the work of %s ends right', async (step) => {
    const world = await changedWorld(limits);
    slow(world);
    const journal = new Journal();
    const summary = await incrementalDyingAfter(world, [step], journal);
    expect(summary).toMatchObject({ status: 'repaired', ...REPAIRS, drift: DRIFT });
    expect(world.writes).toHaveLength(8);
    expect(new Set(journal.steps).size, 'no finished step is repeated').toBe(journal.steps.length);
    expect(liveUsers(world)).toEqual(usersOfClerk(world));
  });
});

describe('a dry incremental run', () => {
  it.each([{ pageSize: 10 }, { pageSize: 2, chunkMs: 1 }])(
    'foretells what the run will do, and does nothing (%o)',
    async (limits) => {
      const world = await changedWorld(limits);
      // Banned and changed: she comes in both lists.
      world.clerk.add(changed(33, { record: { banned: true } }));
      world.clerk.before = () => world.time.advance(5);
      const mark = await world.watermark.get();
      const drift = { lastName: 5, banned: 2 };
      const dry = await incremental(world, { dryRun: true });
      expect(dry).toMatchObject({ status: 'drift', ...REPAIRS, storedUsers: 60, drift });
      expect(world.writes).toEqual([]);
      expect(await world.watermark.get()).toEqual(mark);
      expect(await incremental(world)).toMatchObject({ status: 'repaired', ...REPAIRS, drift });
    },
  );

  it('that would go on as a full run does so, and counts everybody once', async () => {
    const world = await changedWorld();
    world.clerk.users.delete(userId(50));
    const dry = await incremental(world, { dryRun: true });
    const found = { created: 2, updated: 6, deleted: 1, drift: DRIFT };
    expect(dry).toMatchObject({ status: 'drift', ...found, storedUsers: 60 });
    expect(dry.becauseFull).toContain('live users');
    expect(world.writes).toEqual([]);
    expect(await incremental(world)).toMatchObject({ status: 'repaired', ...found, storedUsers: 61 });
  });

  it('neither takes the lease nor asks for it', async () => {
    const world = await changedWorld();
    await world.lease.take('other', LATER + 86_400_000);
    expect(await incremental(world, { dryRun: true })).toMatchObject({ status: 'drift', ...REPAIRS, storedUsers: 60 });
  });
});

describe('an incremental run while another one is at work', () => {
  it('is skipped: it calls nobody, leaves its record, and alarms no one', async () => {
    const world = await changedWorld();
    const mark = await world.watermark.get();
    const failures = world.metrics.sum('ReconcileFailed');
    const other = await world.lease.take('other', LATER + HOUR_MS);
    const journal = new Journal();
    const summary = await incremental(world, {}, journal);
    expect(summary).toMatchObject({ status: 'skipped', created: 0, updated: 0 });
    expect(summary.skippedBecause).toContain('Run other');
    expect(world.clerk.calls).toEqual([]);
    expect(world.writes).toEqual([]);
    expect(journal.waits).toEqual([]);
    expect(await world.runs.get(summary.runId)).toMatchObject({
      mode: 'incremental',
      status: 'skipped',
      skippedBecause: summary.skippedBecause,
    });
    expect(world.metrics.sum('ReconcileFailed')).toBe(failures);
    expect(world.log.lines.at(-1)).toMatchObject({ level: 'info', message: 'reconcile run ended' });
    expect(await world.watermark.get()).toEqual(mark);
    expect(await world.lease.keep(other, LATER + HOUR_MS)).toBe(true);
  });

  it('that has died long ago takes over', async () => {
    const world = await changedWorld();
    await world.lease.take('other', LATER - 1);
    expect(await incremental(world)).toMatchObject({ status: 'repaired', ...REPAIRS });
  });

  it('lets go of the lease at its end', async () => {
    const world = await changedWorld();
    await incremental(world);
    expect(await world.lease.take('next', LATER)).toMatchObject({ holder: 'next' });
  });
});

describe('the event of an incremental run', () => {
  it.each([
    1_764_057_600,
    '2026-11-25',
    '2026-11-25T08:00:00',
    '2026-13-25T08:00:00Z',
    'yesterday',
    -1,
    1.5,
    Number.NaN,
    null,
    1e14,
  ])('is refused when it begins at %j, and says how a time is given', async (since) => {
    const world = createWorld();
    const asked = world.run(new Journal(), { mode: 'incremental', since });
    await expect(asked).rejects.toThrow(/"since" must be a time, in milliseconds or as "20/);
    expect(world.clerk.calls).toEqual([]);
  });

  it('takes a time with a zone, and one in milliseconds', async () => {
    const world = await mirroredWorld();
    for (const since of ['2027-01-01T01:30:00+01:30', START]) {
      const { runId } = await incremental(world, { since });
      expect(await world.runs.get(runId)).toMatchObject({ since: START });
    }
  });
});
