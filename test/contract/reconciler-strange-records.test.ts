import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { reconcile } from '../../functions/reconciler/reconcile.ts';
import { eraseMirrored } from '../../shared/sync/erasure/erase-mirrored.ts';
import { countErasedInClerk } from '../../shared/sync/reconcile/erased-in-clerk.ts';
import { clerkUser, clerkUsers, userId } from '../unit/reconciler/support/clerk.ts';
import { Journal } from '../unit/reconciler/support/journal.ts';
import { START } from '../unit/reconciler/support/world.ts';
import type { ReconciledTable } from '../support/dynamodb/reconciled-table.ts';
import { openReconciledTable } from '../support/dynamodb/reconciled-table.ts';
import type { TestTables } from '../support/dynamodb/test-tables.ts';
import { startTestTables } from '../support/dynamodb/test-tables.ts';

let tables: TestTables;
let table: ReconciledTable;
beforeAll(async () => {
  tables = await startTestTables();
});
afterAll(() => tables.close());
beforeEach(async () => {
  table = await openReconciledTable(tables);
  table.clerk.add(...clerkUsers(30));
  await table.run();
  await table.advance(60_000);
});

const DAY_MS = 86_400_000;

/** A newer version has left it, and has been taken back since; or somebody with a console has. */
async function strangeRun(at: number): Promise<void> {
  const sort = `${at}#run-of-tomorrow`;
  await table.editItem('run#run-of-tomorrow', {
    id: 'run-of-tomorrow',
    mode: 'full',
    status: 'paused',
    group: 'runs',
    sort,
  });
}

describe('the record of a run that cannot be read', () => {
  it('holds the deletions, since nobody knows how many that run has made, and ends nothing else', async () => {
    table.clerk.users.delete(userId(3));
    table.clerk.add(clerkUser(40));
    await strangeRun(START + 30_000);
    const summary = await table.run();
    expect(summary).toMatchObject({ status: 'held', created: 1, deleted: 0, suspects: 1 });
    expect(summary.heldBecause).toContain('cannot be read');
    expect(summary).not.toHaveProperty('failedBecause');
    expect(await table.run({ mode: 'user', userId: userId(3) })).toMatchObject({ status: 'held', deleted: 0 });
    expect(await table.run({ mode: 'approve', run: summary.runId })).toMatchObject({ status: 'repaired', deleted: 1 });
  });

  it('holds nothing once it is older than what the guard adds up', async () => {
    table.clerk.users.delete(userId(3));
    await strangeRun(START + 30_000);
    await table.advance(49 * 3_600_000);
    expect(await table.run()).toMatchObject({ status: 'repaired', deleted: 1 });
  });

  it('lets no held run be approved that it may have superseded, and says so', async () => {
    for (const { id } of clerkUsers(25)) table.clerk.users.delete(id);
    const held = await table.run();
    expect(held).toMatchObject({ status: 'held', suspects: 25 });
    await table.advance(60_000);
    await strangeRun(START + 100_000);
    const summary = await table.run({ mode: 'approve', run: held.runId });
    expect(summary).toMatchObject({ status: 'failed', deleted: 0 });
    expect(summary.failedBecause).toContain('cannot be read');
  });
});

describe('something that is no event among the quarantined', () => {
  it('ends no run: it counts as one more to look at', async () => {
    await table.editItem('settings#other', { group: 'quarantine', sort: `${START}#strange` });
    table.clerk.add(clerkUser(40));
    expect(await table.run()).toMatchObject({ status: 'repaired', created: 1 });
    expect(table.log.lines).toContainEqual(
      expect.objectContaining({ level: 'error', message: 'quarantine not readable' }),
    );
    expect((await table.item('lease'))?.['holder']).toBeUndefined();
  });
});

describe('something that is no event among the quarantined, with retention on,', () => {
  it('keeps neither users from being erased nor the events about them from going', async () => {
    const { quarantine } = table;
    await table.editItem('settings#other', { group: 'quarantine', sort: `${START}#strange` });
    const event = { id: 'msg_1', body: '{}', reason: 'unstorable', userId: userId(3), firstAt: START + 9_000 };
    await quarantine.put(event);
    table.clerk.users.delete(userId(3));
    expect(await table.run()).toMatchObject({ deleted: 1 });
    await table.advance(8 * DAY_MS);
    const retaining = { ...table.deps, retention: { days: 7, quarantine } };
    expect(await reconcile({ mode: 'full' }, new Journal(), retaining)).toMatchObject({ status: 'in-sync' });
    expect(await table.item(`user#${userId(3)}`)).toMatchObject({
      email: null,
      erasedAt: expect.any(String) as string,
    });
    expect(await quarantine.get('msg_1')).toBeUndefined();
  });
});

describe('marks that cannot be read', () => {
  it.each([{ times: 'soon' }, { times: [START] }, { times: ['soon'] }])('are none: %j', async (marks) => {
    table.clerk.add(...clerkUsers(120));
    await table.editItem('marks', marks);
    expect(await table.run()).toMatchObject({ status: 'repaired', created: 90, storedUsers: 120 });
  });
});

describe('a watermark that cannot be read', () => {
  const strange = [{ updatedAt: 'soon' }, { updatedAt: START }, { apart: undefined }];

  it.each(strange)('is none, until a full run has left another: %j', async (watermark) => {
    await table.editItem('watermark', watermark);
    const summary = await table.run({ mode: 'incremental' });
    expect(summary).toMatchObject({ status: 'in-sync', storedUsers: 30 });
    expect(summary.becauseFull).toContain('no watermark');
    expect(await table.run({ mode: 'incremental' })).not.toHaveProperty('becauseFull');
  });

  it('does not keep a run from being held, and from saying so', async () => {
    await table.editItem('watermark', { updatedAt: 'soon' });
    for (const { id } of clerkUsers(25)) table.clerk.users.delete(id);
    const summary = await table.run();
    expect(summary).toMatchObject({ status: 'held', suspects: 25 });
    expect(await table.deps.runs.get(summary.runId)).toMatchObject({ status: 'held' });
  });
});

describe('the item of a user who was erased although Clerk has her', () => {
  beforeEach(async () => {
    const erasing = { ...table.deps, quarantine: { list: noEvents, dismiss: () => Promise.resolve(false) } };
    const options = { path: 'admin', budgetMs: 5_000, whom: 'anyone', inClerk: true } as const;
    await eraseMirrored(erasing, userId(3), options);
  });

  it('ends no run where it cannot be read', async () => {
    expect(await table.item(`user#${userId(3)}`)).toMatchObject({ group: 'erased' });
    await table.editItem(`user#${userId(3)}`, { changedBy: 'tomorrow' });
    table.clerk.users.delete(userId(3));
    expect(await table.run()).toMatchObject({ status: 'in-sync', storedUsers: 29 });
    expect(table.log.lines.map(({ message }) => message)).toContain('user not erased');
  });
});

describe('a user who was erased although Clerk had her, and has been restored since', () => {
  it('is not deleted past the guard because the index still lists her as erased', async () => {
    const { deps, clerk } = table;
    clerk.users.delete(userId(3));
    const lagging = { ...deps, store: { ...deps.store, listErasedInClerk: () => only(userId(3)) } };
    const { fence } = await deps.lease.take('run-1', START + 3_600_000);
    const run = { id: 'run-1', mode: 'full', startedAt: START, fence, step: 'erased' } as const;
    expect(await countErasedInClerk(lagging, run, true)).toBe(0);
    expect(await table.item(`user#${userId(3)}`)).not.toHaveProperty('deletedAt');
  });
});

describe('an item that an incremental run cannot read', () => {
  it('is looked at again by the next one: the watermark stays behind it', async () => {
    const changed = clerkUser(3, { profile: { lastName: 'Changed' }, asOf: START + 50_000 });
    table.clerk.add(changed);
    const before = await table.item('watermark');
    await table.editItem(`user#${userId(3)}`, { banned: 'yes' });
    expect(await table.run({ mode: 'incremental' })).toMatchObject({ status: 'failed', unreadable: 1 });
    expect(await table.item('watermark')).toEqual(before);
  });
});

async function* only(id: string): AsyncGenerator<string> {
  await Promise.resolve();
  yield id;
}

async function* noEvents(): AsyncGenerator<never> {
  await Promise.resolve();
  yield* [];
}
