import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestTables } from '../support/dynamodb/test-tables.ts';
import { startTestTables } from '../support/dynamodb/test-tables.ts';
import type { ClerkCall, Mishap } from '../support/reconciler/clerk-proxy.ts';
import {
  brokenOff,
  countOf,
  cutShort,
  emptyPage,
  laterHalf,
  refusal,
  sameAgain,
  shortPage,
  silence,
  webPage,
  withoutUsersSince,
} from '../support/reconciler/mishaps.ts';
import type { ReconcilerWorld } from '../support/reconciler/world.ts';
import { startReconcilerWorld } from '../support/reconciler/world.ts';

/** The real directory and the real stand-in, with a proxy between them that spoils answers; a real table at the other end. */
let tables: TestTables;
beforeAll(async () => {
  tables = await startTestTables();
});
afterAll(() => tables?.close());

const BEFORE = 60;
const CHANGES = { created: 4, updated: 3, deleted: 3 };
const USERS = BEFORE + CHANGES.created - CHANGES.deleted;
const PAGE = 10;
const createdAt = (n: number): number => Date.UTC(2026, 1, 1) + n * 3_600_000;

type MishapOf = (call: ClerkCall) => Mishap | undefined;
const RIGHT = { status: 'repaired', ...CHANGES, clerkUsers: USERS, storedUsers: USERS };

/** Walks past some pages before the trouble begins. */
const fromThirdPage =
  (mishap: Mishap): MishapOf =>
  ({ kind, ofKind }) =>
    kind === 'page' && ofKind >= 3 ? mishap : undefined;
const onceInTheMiddle =
  (mishap: Mishap): MishapOf =>
  ({ kind, ofKind }) =>
    kind === 'page' && ofKind === 3 ? mishap : undefined;
const always =
  (kind: ClerkCall['kind'], mishap: Mishap): MishapOf =>
  (call) =>
    call.kind === kind ? mishap : undefined;

/** A table that was right once: since then users have come, have changed and have gone, and no webhook has told. */
async function startDrifted(options: { maxWaitMs: number }): Promise<ReconcilerWorld> {
  const world = await startReconcilerWorld(tables, { ...options, limits: { pageSize: PAGE }, hurry: 20 });
  await importUsers(world, BEFORE, 0);
  expect(await world.run()).toMatchObject({ status: 'repaired', created: BEFORE });
  const { users } = world.standIn.client;
  const { data } = await users.getUserList({ limit: 30, orderBy: '+created_at' });
  const [changed, gone] = [data.slice(5, 5 + CHANGES.updated), data.slice(20, 20 + CHANGES.deleted)];
  for (const { id } of changed) await users.updateUser(id, { lastName: 'Changed' });
  for (const { id } of gone) await users.deleteUser(id);
  await importUsers(world, CHANGES.created, BEFORE);
  return world;
}

async function importUsers({ standIn }: ReconcilerWorld, count: number, from: number): Promise<void> {
  const users = Array.from({ length: count }, (_, n) => ({
    email_address: [`person${from + n}@example.com`],
    created_at: createdAt(from + n),
  }));
  expect((await standIn.control('POST', '/users/import', { users })).status).toBe(200);
}

/** Runs into the trouble, looks at what it has left, and runs once more when it is over. */
async function runThrough(world: ReconcilerWorld, mishapOf: MishapOf) {
  const watermark = await rawWatermark(world);
  const durations = successes(world);
  const { length: callsBefore } = world.proxy.calls;
  world.proxy.mishapOf = (call) => {
    const ofKind = world.proxy.calls.slice(callsBefore).filter(({ kind }) => kind === call.kind).length;
    return mishapOf({ ...call, number: call.number - callsBefore, ofKind });
  };
  const summary = await world.run();
  world.proxy.mishapOf = () => undefined;
  const left = {
    wronglyDeleted: await world.wronglyDeleted(),
    successes: successes(world) - durations,
    hasSameWatermark: (await rawWatermark(world)) === watermark,
    record: await world.deps.runs.get(summary.runId),
  };
  return { summary, left };
}

/** What an alarm takes for a run that came to its end. */
function successes({ metrics }: ReconcilerWorld): number {
  return metrics.recorded().filter(({ name }) => name === 'ReconcileDuration').length;
}

async function rawWatermark({ tableName }: ReconcilerWorld): Promise<string> {
  const { Item } = await tables.client.send(new GetCommand({ TableName: tableName, Key: { pk: 'watermark' } }));
  // The engine answers attributes in any order.
  return JSON.stringify(Item ?? {}, Object.keys(Item ?? {}).toSorted());
}

async function expectCleanRunToEndEqual(world: ReconcilerWorld): Promise<void> {
  const clean = await world.run();
  expect(['repaired', 'in-sync']).toContain(clean.status);
  expect(clean).toMatchObject({ clerkUsers: USERS, storedUsers: USERS });
  expect(await world.compare()).toEqual({ users: { clerk: USERS, table: USERS }, mismatches: [] });
  expect(await world.wronglyDeleted()).toEqual([]);
}

const PATIENCE = { timeout: 60_000 };

describe('A full run ends right', () => {
  it.each<[string, MishapOf]>([
    [
      'refuses every tenth call for its rate limit',
      ({ number }) => every(10, number, refusal(429, { 'retry-after': '1' })),
    ],
    ['fails every fifth call with 500', ({ number }) => every(5, number, refusal(500))],
    ['does not answer a call at all', onceInTheMiddle(silence)],
    ['breaks a page off in the middle of its body', onceInTheMiddle(brokenOff)],
    ['sends half of a page as if it were whole', onceInTheMiddle(cutShort)],
    ['answers 200 with a web page in place of users', onceInTheMiddle(webPage(200))],
    ['answers 502 with the web page of a gateway', onceInTheMiddle(webPage(502))],
    ['gives fewer users a page than it was asked for', always('page', shortPage)],
    ['has an empty page in the middle of its list once', onceInTheMiddle(emptyPage)],
  ])('when Clerk %s', PATIENCE, async (_what, mishapOf) => {
    const world = await startDrifted({ maxWaitMs: 5_000 });
    const { summary, left } = await runThrough(world, mishapOf);
    expect(summary).toMatchObject(RIGHT);
    expect(await world.compare()).toEqual({ users: { clerk: USERS, table: USERS }, mismatches: [] });
    expect(left).toMatchObject({ wronglyDeleted: [], successes: 1, record: { status: 'repaired' } });
    await world.close();
  });

  it('never earlier than Clerk asks for by Retry-After', PATIENCE, async () => {
    const world = await startDrifted({ maxWaitMs: 60_000 });
    const before = world.pauses.length;
    await runThrough(world, ({ number }) => every(4, number, refusal(429, { 'retry-after': '7' })));
    const pauses = world.pauses.slice(before);
    expect(pauses.length).toBeGreaterThan(3);
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(7_000);
    await world.close();
  });

  it('when a list that lags lacks the newest users, and so does the count: each is asked about, none deleted', async () => {
    const world = await startDrifted({ maxWaitMs: 5_000 });
    const lagging = BEFORE - 8;
    const listed = withoutUsersSince(createdAt(lagging));
    const counted = countOf(lagging - CHANGES.deleted);
    const { summary, left } = await runThrough(world, ({ kind }) =>
      new Map([
        ['page', listed],
        ['count', counted],
      ]).get(kind),
    );
    expect(summary).toMatchObject({ status: 'repaired', suspects: 8 + CHANGES.deleted, deleted: CHANGES.deleted });
    expect(left.wronglyDeleted).toEqual([]);
    await expectCleanRunToEndEqual(world);
    await world.close();
  });
});

describe('A full run holds every deletion', () => {
  it.each<[string, MishapOf]>([
    ['has nothing but empty pages', always('page', emptyPage)],
    ['leaves out the first half of a page', onceInTheMiddle(laterHalf)],
    ['counts more users than it lists', always('count', countOf(USERS + 5))],
    ['counts none', always('count', countOf(0))],
  ])('when Clerk %s, and the next one ends equal', PATIENCE, async (_what, mishapOf) => {
    const world = await startDrifted({ maxWaitMs: 5_000 });
    const { summary, left } = await runThrough(world, mishapOf);
    expect(summary).toMatchObject({ status: 'held', deleted: 0 });
    expect(summary.heldBecause).toMatch(/Clerk's list|not in Clerk's list/);
    expect(left).toMatchObject({ wronglyDeleted: [], record: { status: 'held' } });
    expect(world.metrics.sum('DeletionsHeld')).toBeGreaterThan(0);
    await expectCleanRunToEndEqual(world);
    await world.close();
  });
});

describe('A full run fails, says why and records no success', () => {
  it.each<[string, MishapOf, RegExp]>([
    ['refuses every page', fromThirdPage(refusal(429, { 'retry-after': '1' })), /429/],
    ['fails every page with 500', fromThirdPage(refusal(500)), /500/],
    ['does not answer any more', fromThirdPage(silence), /did not answer/],
    ['breaks off every page', fromThirdPage(brokenOff), /list users/],
    ['sends half of every page', fromThirdPage(cutShort), /not JSON/],
    ['answers with a web page from then on', fromThirdPage(webPage(200)), /not JSON/],
    ['gives the same page for ever', fromThirdPage(sameAgain()), /twice|order/],
    ['does not accept the key any more', fromThirdPage(refusal(401)), /401/],
    ['does not say how many users it has', always('count', refusal(503)), /503/],
    ['does not say which instance it is', always('instance', webPage(200)), /instance/],
    ['answers 404 for users without saying that there is no such user', always('user', webPage(404)), /404/],
    ['does not answer for a single user', always('user', silence), /did not answer/],
  ])('when Clerk %s, and the next one ends equal', PATIENCE, async (_what, mishapOf, reason) => {
    const world = await startDrifted({ maxWaitMs: 100 });
    const { summary, left } = await runThrough(world, mishapOf);
    expect(summary).toMatchObject({ status: 'failed', deleted: 0 });
    expect(summary.failedBecause).toMatch(reason);
    expect(left).toMatchObject({
      wronglyDeleted: [],
      successes: 0,
      hasSameWatermark: true,
      record: { status: 'failed', failedBecause: summary.failedBecause },
    });
    expect(world.metrics.sum('ReconcileFailed')).toBe(1);
    await expectCleanRunToEndEqual(world);
    await world.close();
  });
});

function every(nth: number, number: number, mishap: Mishap): Mishap | undefined {
  return number % nth === 0 ? mishap : undefined;
}
