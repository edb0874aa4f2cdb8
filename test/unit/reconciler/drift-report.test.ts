import { describe, expect, it } from 'vitest';
import { driftTable } from '../../../scripts/sync/drift-table.ts';
import { reconcile } from '../../../functions/reconciler/reconcile.ts';
import { addChanges, createChangeCounter } from '../../../shared/sync/reconcile/changes.ts';
import type { DriftOfKind, DriftReport } from '../../../shared/ports/run-store.ts';
import type { RunSummary } from '../../../shared/sync/reconcile/summary.ts';
import { clerkUser, clerkUsers, userId } from './support/clerk.ts';
import { Journal } from './support/journal.ts';
import type { World } from './support/world.ts';
import { createWorld, START } from './support/world.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Users by what became of them; each kind at some distance from the others. */
const RENAMED = [3, 11];
const BANNED = [5];
const MISSING = [7, 8, 9];
const BURIED = [13];
const TOKEN_ONLY = [15];
const EXTRA = [50, 51];

async function driftedWorld(): Promise<World> {
  const world = createWorld({ pageSize: 5, chunkMs: 1 });
  await world.mirror([
    ...clerkUsers(20).filter((_, n) => ![...MISSING, ...TOKEN_ONLY].includes(n)),
    ...EXTRA.map((n) => clerkUser(n)),
  ]);
  await world.createFromToken(userId(15), { email: 'person15@example.com' }, 2 * HOUR_MS);
  await world.remove(userId(13), START - HOUR_MS);
  world.clerk.add(
    ...clerkUsers(20).map((user, n) => ({ ...user, record: { ...user.record, banned: BANNED.includes(n) } })),
  );
  RENAMED.forEach((n, at) => {
    world.clerk.add(clerkUser(n, { profile: { lastName: 'Renamed' }, asOf: START - (at + 1) * DAY_MS }));
  });
  return world;
}

const ids = (numbers: readonly number[]): string[] => numbers.map(userId);

/** A report with its ids in order: users of one page are written at the same time. */
function inOrder(report: DriftReport): DriftReport {
  const ordered: Record<string, DriftOfKind> = {};
  for (const [kind, found] of Object.entries(report)) {
    ordered[kind] = { ...found, userIds: found.userIds.toSorted(byText) };
  }
  return ordered;
}

function byText(a: string, b: string): number {
  return a < b ? -1 : 1;
}

function expectedReport(): DriftReport {
  const incomplete = {
    users: 1,
    causes: { 'incomplete-creation': 1 },
    oldestMs: 2 * HOUR_MS,
    userIds: ids(TOKEN_ONLY),
  };
  const unordered = { users: 1, causes: { 'missed-webhook': 1 }, userIds: ids(TOKEN_ONLY) };
  const age = (n: number): number => START - clerkUser(n).asOf;
  return {
    lastName: { users: 3, causes: { 'missed-webhook': 3 }, oldestMs: age(15), userIds: ids([3, 11, 15]) },
    firstName: { ...unordered, oldestMs: age(15) },
    banned: {
      users: 2,
      causes: { 'unversioned-change': 1, 'incomplete-creation': 1 },
      oldestMs: 2 * HOUR_MS,
      userIds: ids([5, 15]),
    },
    missing: { users: 3, causes: { 'missed-webhook': 3 }, oldestMs: age(7), userIds: ids(MISSING) },
    extra: { users: 2, causes: { 'missed-webhook': 2 }, userIds: ids(EXTRA) },
    buried: { users: 1, causes: { unknown: 1 }, oldestMs: HOUR_MS, userIds: ids(BURIED) },
    verifiedEmail: incomplete,
    username: incomplete,
    deprovisioned: incomplete,
    publicMetadata: incomplete,
    clerkCreatedAt: incomplete,
  };
}

describe('the drift report of a run', () => {
  it('names who differed in what, since when and probably why, the same dry and done, and for good', async () => {
    const world = await driftedWorld();
    const dry = await world.run(new Journal(), { mode: 'full', dryRun: true });
    expect(inOrder(dry.report)).toEqual(expectedReport());
    const done = await world.run();
    expect(inOrder(done.report)).toEqual(expectedReport());
    expect((await world.runs.get(done.runId))?.report).toEqual(done.report);
    const users = Object.entries(done.report).map(([kind, found]) => [
      kind === 'buried' ? 'deletedAt' : kind,
      found.users,
    ]);
    const fields = users.filter(([kind]) => kind !== 'missing' && kind !== 'extra');
    expect(Object.fromEntries(fields)).toEqual(done.drift);
    expect(await world.run()).toMatchObject({ status: 'in-sync', report: {} });
  });

  it('is the same when its process dies after each of its steps, but for causes that only the dead one knew', async () => {
    const world = await driftedWorld();
    const journal = new Journal();
    const seen = new Set<string>();
    let summary: RunSummary | 'died' = 'died';
    for (let executions = 0; summary === 'died' && executions < 40; executions += 1) {
      const step = journal.step.bind(journal);
      journal.step = (name, work, config) => {
        if (!seen.has(name)) journal.dieAfter = name;
        seen.add(name);
        return step(name, work, config);
      };
      summary = await journal.execute((context) => reconcile({ mode: 'full' }, context, world.deps));
    }
    if (summary === 'died') throw new Error('The run never ended.');
    const report = inOrder(summary.report);
    const counted = (of: DriftReport): string[] =>
      Object.entries(of).map(([kind, { users, userIds }]) => `${kind} ${users} ${userIds.join()}`);
    expect(counted(report).toSorted(byText)).toEqual(counted(expectedReport()).toSorted(byText));
    expect(report['lastName']?.causes).toEqual({ unknown: 3 });
    expect(report['missing']?.causes).toEqual({ 'missed-webhook': 3 });
  });

  it('names a hundred users of a kind and counts all, and no step hands on what the report has already', async () => {
    const world = createWorld({ pageSize: 30, chunkMs: 1 });
    world.clerk.add(...clerkUsers(400));
    world.clerk.before = (call) => (call.method === 'listUsers' ? world.time.advance(1_000) : undefined);
    const journal = new Journal();
    const named: number[] = [];
    const step = journal.step.bind(journal);
    journal.step = async (name, work, config) => {
      const answer = await step(name, work, config);
      const { changes } = { changes: undefined, ...answer };
      if (name.startsWith('walk-')) named.push(JSON.stringify(changes).split('user_').length - 1);
      return answer;
    };
    const { report } = await world.run(journal);
    expect(report['missing']).toMatchObject({ users: 400, causes: { 'missed-webhook': 400 } });
    expect(new Set(report['missing']?.userIds).size).toBe(100);
    expect(named.reduce((sum, n) => sum + n)).toBeLessThanOrEqual(100);
  });

  it('has the proposals of a run that was held, of no cause that anybody has confirmed', async () => {
    const world = createWorld();
    world.clerk.add(...clerkUsers(200));
    await world.mirror(clerkUsers(350));
    const held = await world.run();
    expect(held).toMatchObject({ status: 'held', deleted: 0 });
    expect(held.report['extra']).toMatchObject({ users: 150, causes: { unknown: 150 } });
    expect(held.report['extra']?.userIds).toHaveLength(100);
    const approved = await world.run(new Journal(), { mode: 'approve', run: held.runId });
    expect(approved.report['extra']).toMatchObject({ users: 150, causes: { 'missed-webhook': 150 } });
  });

  it('is not in the log’s line, which has the counts by cause', async () => {
    const world = await driftedWorld();
    await world.run();
    const line = world.log.lines.find(({ message }) => message === 'reconcile run ended');
    expect(JSON.stringify(line)).not.toContain('user_');
    const causes: unknown = line?.facts?.['causes'];
    expect(causes).toContain('missing, missed-webhook: 3');
    expect(causes).toContain('banned, unversioned-change: 1');
  });

  it('never has a value in it', async () => {
    const world = await driftedWorld();
    const { report } = await world.run();
    expect(JSON.stringify(report)).not.toMatch(/example\.com|Renamed|Last\d|cohort/);
  });
});

describe('the drift report for people', () => {
  it('has a line for each kind, the most frequent first', () => {
    const report = {
      email: { users: 1, causes: { 'hand-edit': 1 }, userIds: ['user_a'] },
      missing: {
        users: 400,
        causes: { unknown: 1, 'missed-webhook': 399 },
        oldestMs: 50 * HOUR_MS,
        userIds: ['user_a', 'user_b', 'user_c', 'user_d'],
      },
      banned: { users: 2, causes: { unknown: 2 }, oldestMs: 119_000, userIds: ['user_a', 'user_b'] },
    };
    expect(driftTable(report).split('\n')).toEqual([
      'drift    users  probable causes                oldest  first ids',
      'missing  400    missed-webhook 399, unknown 1  2 d     user_a user_b user_c … of 400',
      'banned   2      unknown                        119 s   user_a user_b',
      'email    1      hand-edit                              user_a',
    ]);
  });

  it('is nothing where nobody differed', () => {
    expect(driftTable({})).toBe('');
  });
});

describe('a user whom a run cannot read', () => {
  it('counts once however often she is met, in one chunk or in several', () => {
    const [one, other] = [createChangeCounter(), createChangeCounter({ unreadable: 2 })];
    for (const id of ['user_a', 'user_b', 'user_a']) one.unreadable(id);
    for (const id of ['user_b', 'user_c']) other.unreadable(id);
    const { unreadable, report } = addChanges(one.total(), other.total());
    expect(unreadable).toBe(3);
    expect(report).toEqual({
      unreadable: { users: 3, causes: { 'hand-edit': 3 }, userIds: ['user_a', 'user_b', 'user_c'] },
    });
  });
});
