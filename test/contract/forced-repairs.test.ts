/**
 * Somebody with a console edits items of a table of the real engine. A forced run mends whatever was edited and its dry run
 * foretells it; a run that trusts the index sees what the index shows. After each, a second forced run writes nothing.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { applySnapshot } from '../../shared/sync/apply-snapshot.ts';
import { textMatching } from '../support/cloud/matchers.ts';
import { meter } from '../support/dynamodb/bill.ts';
import type { ReconciledTable } from '../support/dynamodb/reconciled-table.ts';
import { openReconciledTable } from '../support/dynamodb/reconciled-table.ts';
import type { TestTables } from '../support/dynamodb/test-tables.ts';
import { startTestTables } from '../support/dynamodb/test-tables.ts';
import type { UserOverrides } from '../unit/reconciler/support/clerk.ts';
import { clerkUser, clerkUsers, EPOCH, userId } from '../unit/reconciler/support/clerk.ts';
import { START } from '../unit/reconciler/support/world.ts';

let tables: TestTables;
let table: ReconciledTable;
let right: Map<string, Record<string, unknown>>;
beforeAll(async () => {
  tables = await startTestTables();
});
afterAll(() => tables?.close());

const ID = userId(4);
const KEY = `user#${ID}`;
const FORCED = { force: true };
const DRY = { force: true, dryRun: true };
const FAR = START + 365 * 86_400_000;
const USERS = 12;

/** A dozen users, mirrored by a run a quarter of an hour ago. */
beforeEach(async () => {
  table = await openReconciledTable(tables);
  // One user has no username at Clerk, so that hers is derived.
  table.clerk.add(...clerkUsers(USERS - 1), clerkUser(USERS - 1, { record: { username: null } }));
  await table.run();
  await table.edit(ID, { app: { bio: 'kept' } });
  await table.advance(15 * 60_000);
  right = await table.snapshot();
  if (right.size !== 3 * USERS) throw new Error(`A dozen users have ${right.size} items instead of 36.`);
});

/** What a write changes even when it writes what was there before. */
const STAMPS = ['revision', 'updatedAt', 'changedBy', 'runChange', 'profileSeenAt', 'recordSeenAt', 'restoredAt'];

function withoutStamps(items: Map<string, Record<string, unknown>>): unknown {
  return [...items]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, item]) => Object.fromEntries(Object.entries(item).filter(([name]) => !STAMPS.includes(name))));
}

/**
 * The dry run foretells it, the forced run does it, everything is as it was, and a second one writes nothing.
 * @returns the status of the second one
 */
async function mended(drift: Record<string, number>, counts: object = { updated: 1 }): Promise<string> {
  const edited = await table.snapshot();
  expect(await table.run(DRY)).toMatchObject({ status: 'drift', drift, ...counts });
  expect(await table.snapshot()).toEqual(edited);

  const forced = await table.run(FORCED);
  expect(forced).toMatchObject({ status: 'repaired', drift, ...counts, unreadable: 0, storedUsers: USERS });
  expect(Object.keys(forced.drift).toSorted()).toEqual(Object.keys(drift).toSorted());
  const after = await table.snapshot();
  expect(withoutStamps(after)).toEqual(withoutStamps(right));

  await table.advance(15 * 60_000);
  const second = await table.run(FORCED);
  expect(second).toMatchObject({ updated: 0, drift: {}, report: {} });
  expect(await table.snapshot()).toEqual(after);
  return second.status;
}

async function isUnseenBy(event: object): Promise<void> {
  const edited = await table.snapshot();
  expect(await table.run(event)).toMatchObject({ status: 'in-sync', drift: {}, report: {} });
  expect(await table.snapshot()).toEqual(edited);
}

describe('content edited, its version and fingerprint as they were', () => {
  it('is seen and mended by a forced run alone', async () => {
    const edits = {
      lastName: 'By hand',
      banned: true,
      publicMetadata: { admin: true },
      clerkCreatedAt: EPOCH,
      username: 'somebody',
    };
    for (const [n, [field, value]] of Object.entries(edits).entries()) {
      await table.edit(userId(n + 4), { [field]: value });
    }
    await isUnseenBy({});
    expect(
      await mended({ lastName: 1, banned: 1, publicMetadata: 1, clerkCreatedAt: 1, username: 1 }, { updated: 5 }),
    ).toBe('in-sync');
  });

  it('is told as a hand’s work, of no known age', async () => {
    await table.edit(ID, { lastName: 'By hand' });
    const { report } = await table.run(DRY);
    expect(report).toEqual({ lastName: { users: 1, causes: { 'hand-edit': 1 }, userIds: [ID] } });
  });

  it('is mended for one user who is asked about by name', async () => {
    await table.edit(ID, { lastName: 'By hand', profileAsOf: FAR });
    const alone = await table.run({ mode: 'user', userId: ID });
    expect(alone).toMatchObject({ status: 'repaired', drift: { lastName: 1, version: 1 } });
    expect(withoutStamps(await table.snapshot())).toEqual(withoutStamps(right));
  });
});

describe('a version raised above Clerk’s', () => {
  it('is unseen by other runs, and a forced one asks Clerk about each and takes it back', async () => {
    const raised: Record<string, unknown>[] = [
      { profileAsOf: FAR },
      { recordAsOf: FAR },
      { profileAsOf: START - 60_000, recordAsOf: START - 1 },
      { profileSeenAt: FAR },
      { recordSeenAt: FAR },
      // A restoration that was never made has no other time to go back to than that of the read.
      { restoredAt: new Date(FAR).toISOString() },
    ];
    for (const [n, edit] of raised.entries()) await table.edit(userId(n), edit);
    await isUnseenBy({});
    expect(await mended({ version: raised.length }, { updated: raised.length })).toBe('in-sync');
    expect(table.clerk.count('getUser')).toBe(2 * raised.length);
  });

  it('does not keep a forced run from the content behind it, though other runs call that stale', async () => {
    await table.edit(ID, { banned: true, recordAsOf: FAR, fingerprint: 'by hand' });
    expect(await table.run()).toMatchObject({ drift: { fingerprint: 1 } });
    expect(await table.item(KEY)).toMatchObject({ banned: true, recordAsOf: FAR });
    expect(await mended({ banned: 1, version: 1 })).toBe('in-sync');
  });

  it('is taken back also right after somebody has looked: the run waits a moment, and asks', async () => {
    await table.edit(ID, { lastName: 'By hand', profileAsOf: START + 1, profileSeenAt: START + 15 * 60_000 - 10 });
    expect(await mended({ lastName: 1, version: 1 })).toBe('in-sync');
  });

  it('that a webhook has just brought is no hand’s work: Clerk, asked anew, says the same', async () => {
    const newer = clerkUser(4, { profile: { lastName: 'Newer' }, asOf: START + 14 * 60_000 });
    const listed = clerkUser(4);
    await deliver(newer);
    table.clerk.add(newer);
    table.clerk.answerPage = (users) => users.map((user) => (user.id === ID ? listed : user));
    const before = await table.item(KEY);
    expect(await table.run(FORCED)).toMatchObject({ status: 'in-sync', drift: {} });
    expect(await table.item(KEY)).toEqual(before);
  });

  it('that a webhook brings while Clerk is asked is left alone', async () => {
    await table.edit(ID, { lastName: 'By hand', profileAsOf: FAR });
    const newer = clerkUser(4, { profile: { lastName: 'Newer' }, asOf: START + 16 * 60_000 });
    table.clerk.before = async (call) => {
      if (call.method !== 'getUser') return;
      table.clerk.before = () => undefined;
      await table.edit(ID, { profileAsOf: START - 1 });
      await table.advance(20_000);
      await deliver(newer);
    };
    expect(await table.run(FORCED)).toMatchObject({ status: 'in-sync' });
    expect(await table.item(KEY)).toMatchObject({ lastName: 'Newer', profileAsOf: newer.asOf });
  });

  async function deliver(user: ReturnType<typeof clerkUser>): Promise<void> {
    const event = { source: 'event', ...user, seenAt: user.asOf + 500 } as const;
    const result = await applySnapshot(table.deps, event, { path: 'webhook', budgetMs: 5_000 });
    expect(result).toMatchObject({ status: 'settled', outcome: 'updated' });
  }
});

describe('index keys and fingerprint', () => {
  const PLACES: Record<string, unknown>[] = [
    { group: undefined, sort: undefined },
    { sort: undefined },
    { group: 'created#2026-07' },
    { sort: `${EPOCH + 5}#${ID}` },
    { sort: 'soon' },
    // Before everybody who comes behind her.
    { sort: `9999999999999#${ID}` },
    { group: 'created#unknown' },
    { group: 'erase#2026-03-01' },
  ];
  const PRINTS = [undefined, 'by hand', 7, 'waiting'];

  it('are put right by any run that meets the item, in whatever place the index has it', async () => {
    for (const [n, edit] of PLACES.entries()) await table.edit(userId(n), edit);
    const found = { updated: PLACES.length, drift: { index: PLACES.length } };
    expect(await table.run({ dryRun: true })).toMatchObject({ status: 'drift', ...found });
    const repaired = await table.run();
    expect(repaired).toMatchObject({ status: 'repaired', created: 0, deleted: 0, storedUsers: USERS, ...found });
    const userIds = PLACES.map((_, n) => userId(n));
    expect(repaired.report['index']?.userIds.toSorted()).toEqual(userIds);
    expect(repaired.report['index']?.causes).toEqual({ 'hand-edit': PLACES.length });
    expect(withoutStamps(await table.snapshot())).toEqual(withoutStamps(right));
    expect(await table.run()).toMatchObject({ status: 'in-sync', storedUsers: USERS });
  });

  it('are put right by any run: fingerprints that are lost, wrong, no text, or those of a user who waits', async () => {
    for (const [n, print] of PRINTS.entries()) {
      const own = String(right.get(`user#${userId(n)}`)?.['fingerprint']);
      await table.edit(userId(n), { fingerprint: print === 'waiting' ? `${own}?` : print });
    }
    const found = { updated: PRINTS.length, drift: { fingerprint: PRINTS.length } };
    expect(await table.run({ dryRun: true })).toMatchObject({ status: 'drift', ...found });
    expect(await table.run()).toMatchObject({ status: 'repaired', ...found });
    expect(withoutStamps(await table.snapshot())).toEqual(withoutStamps(right));
    expect(await table.run()).toMatchObject({ status: 'in-sync' });
  });

  it('of a deleted user stay those of a deleted one', async () => {
    await table.edit(ID, { deletedAt: new Date(START + 14 * 60_000).toISOString() });
    expect(await table.run(FORCED)).toMatchObject({ drift: { index: 1 }, storedUsers: USERS - 1 });
    expect(await table.item(KEY)).toMatchObject({ group: textMatching(/^erase#/), lastName: 'Last4' });
    expect(await table.run(FORCED)).toMatchObject({ status: 'in-sync' });
    await table.advance(15 * 60_000);
    const restored = await table.run();
    expect(restored).toMatchObject({ restored: 1, drift: { deletedAt: 1 }, storedUsers: USERS });
    expect(restored.report['buried']).toMatchObject({ users: 1, userIds: [ID] });
  });

  it('keep the mark of a user who waits for a name', async () => {
    table.clerk.add(clerkUser(40, { record: { verifiedEmail: 'person4@example.com' } }));
    expect(await table.run()).toMatchObject({ created: 1, conflicts: 1 });
    const waiting = await table.item(`user#${userId(40)}`);
    expect(waiting?.['fingerprint']).toMatch(/\?$/);
    await table.advance(15 * 60_000);
    expect(await table.run(FORCED)).toMatchObject({ status: 'in-sync', conflicts: 1 });
    await table.edit(userId(40), { fingerprint: String(waiting?.['fingerprint']).slice(0, -1) });
    expect(await table.run(FORCED)).toMatchObject({ drift: { fingerprint: 1 }, conflicts: 1 });
    expect((await table.item(`user#${userId(40)}`))?.['fingerprint']).toBe(waiting?.['fingerprint']);
  });
});

describe('a time to live on a live user', () => {
  it('is seen and taken away by a forced run alone', async () => {
    await table.edit(ID, { expiresAt: Math.floor(FAR / 1_000) });
    await isUnseenBy({});
    expect(await mended({ expiresAt: 1 })).toBe('in-sync');
  });
});

describe('an attribute of a wrong type', () => {
  const WRONG: [string, unknown][] = [
    ['id', userId(5)],
    ['email', 7],
    ['lastName', undefined],
    ['imageUrl', ['a']],
    ['verifiedEmail', false],
    ['username', 3],
    ['externalId', {}],
    ['banned', 'yes'],
    ['deprovisioned', null],
    ['locked', 'no'],
    ['publicMetadata', undefined],
    ['publicMetadata', 'none'],
    ['clerkCreatedAt', 'long ago'],
    ['profileAsOf', 'now'],
    ['profileSeenAt', undefined],
    ['recordAsOf', 'now'],
    ['recordSeenAt', null],
    ['deletedAt', 5],
    ['restoredAt', 'soon'],
    ['createdAt', 'yesterday'],
    ['updatedAt', undefined],
    ['changedBy', 'somebody'],
    ['runChange', 5],
    ['previousClerkUserId', 5],
    ['rosterEmail', 5],
    ['reservedEmail', 5],
    ['reservedUsername', ['a']],
  ];

  it('is mended by a forced run, whatever it is, and what the application keeps stays', async () => {
    table.clerk.add(...Array.from({ length: WRONG.length - USERS }, (_, n) => clerkUser(USERS + n)));
    await table.run();
    const app = { bio: 'kept' };
    for (const [n, [name, value]] of WRONG.entries()) await table.edit(userId(n), { app, [name]: value });
    await table.advance(15 * 60_000);
    expect(await table.run(DRY)).toMatchObject({ status: 'drift', unreadable: 0, drift: { unreadable: WRONG.length } });

    const forced = await table.run(FORCED);

    expect(forced).toMatchObject({ status: 'repaired', unreadable: 0, storedUsers: WRONG.length, restored: 1 });
    expect(forced.drift).toMatchObject({ unreadable: WRONG.length, deletedAt: 1 });
    for (const [n, [name]] of WRONG.entries()) {
      const user = table.clerk.users.get(userId(n));
      const found = await table.deps.store.get(userId(n), { examine: 'read' });
      expect({ name, ...found }).toMatchObject({
        name,
        profile: { content: user?.profile },
        record: { content: user?.record },
        held: { email: `person${n}@example.com`, username: `person${n}` },
        locked: false,
        app,
        item: { isListedRight: true, unreadable: [] },
      });
    }
    expect(await table.run(FORCED)).toMatchObject({ status: 'in-sync', drift: {} });
  });

  it('does not end a run that meets it: the run goes on, names how many, and fails in the end', async () => {
    await table.edit(ID, { email: 7, fingerprint: 'by hand' });
    await table.edit(userId(6), { banned: 'yes', group: undefined });
    table.clerk.add(clerkUser(9, changed), clerkUser(50));
    const summary = await table.run();
    expect(summary).toMatchObject({ status: 'failed', created: 1, updated: 1, unreadable: 2, drift: { lastName: 1 } });
    expect(summary.failedBecause).toContain('2 users have an item that cannot be read');
    expect(summary.failedBecause).toContain('--force');
    expect(summary.report['unreadable']?.userIds.toSorted()).toEqual([ID, userId(6)]);
    const lines = table.log.lines.filter(({ message }) => message === 'user not readable');
    expect(lines.map(({ facts }) => facts).toSorted(byUser)).toEqual([
      { userId: ID, attribute: 'email' },
      { userId: userId(6), attribute: 'banned' },
    ]);
    expect(await table.item(KEY)).toMatchObject({ email: 7 });
    expect(await table.run(FORCED)).toMatchObject({ status: 'repaired', updated: 2 });
    expect(await table.run()).toMatchObject({ status: 'in-sync' });
  });

  it('keeps every other path failing, as a defect and not as an outage: nobody comes in by such an item', async () => {
    await table.edit(ID, { banned: 'no' });
    const user = clerkUser(4);
    const event = { source: 'event', ...user, asOf: START, seenAt: START } as const;
    const token = { source: 'token', id: ID, claims: { lastName: 'Else' }, asOf: undefined } as const;
    for (const snapshot of [event, token]) {
      const applied = applySnapshot(table.deps, snapshot, { path: 'webhook', budgetMs: 5_000 });
      await expect(applied).rejects.toMatchObject({ code: 'malformed_item', attribute: 'banned' });
    }
    await expect(table.deps.store.find({ kind: 'email', value: 'person4@example.com' })).rejects.toThrow('"banned"');
  });

  it('does not keep a run from deleting others, and a forced run deletes such a user too', async () => {
    table.clerk.users.delete(ID);
    table.clerk.users.delete(userId(5));
    await table.edit(ID, { banned: 'yes' });
    expect(await table.run()).toMatchObject({ status: 'failed', deleted: 1, unreadable: 1 });
    expect(await table.item(KEY)).not.toHaveProperty('deletedAt');
    expect(await table.run(FORCED)).toMatchObject({ status: 'repaired', deleted: 1, unreadable: 0 });
    expect(await table.item(KEY)).toMatchObject({ deletedAt: textMatching(/^20/), banned: false });
  });

  it('does not end a run either that walks very many users of one instant, item by item', async () => {
    const many = await openReconciledTable(tables, { largeMoment: 3 });
    const users = Array.from({ length: 9 }, (_, n) => clerkUser(n, { record: { clerkCreatedAt: EPOCH } }));
    many.clerk.add(...users);
    expect(await many.run()).toMatchObject({ status: 'repaired', created: 9 });
    await many.edit(ID, { banned: 'yes' });
    await many.edit(userId(5), { group: undefined });
    await many.edit(userId(6), { lastName: 'By hand' });
    await many.advance(15 * 60_000);
    expect(await many.run()).toMatchObject({ status: 'failed', unreadable: 1, drift: { index: 1, lastName: 1 } });
    expect(await many.run(DRY)).toMatchObject({ status: 'drift', drift: { unreadable: 1 }, storedUsers: 9 });
    const forced = await many.run(FORCED);
    expect(forced).toMatchObject({ status: 'repaired', drift: { unreadable: 1 }, unreadable: 0, storedUsers: 9 });
    expect(await many.run(FORCED)).toMatchObject({ status: 'in-sync', storedUsers: 9 });
  });

  it('keeps a name waiting instead of ending the run, where somebody who waits for it has it', async () => {
    table.clerk.add(clerkUser(40, { record: { verifiedEmail: 'person4@example.com' } }));
    expect(await table.run()).toMatchObject({ conflicts: 1 });
    await table.edit(ID, { banned: 'yes' });
    expect(await table.run()).toMatchObject({ status: 'in-sync', conflicts: 1 });
    expect(table.log.lines.map(({ message }) => message)).toContain('name not resolved');
    await table.edit(userId(40), { locked: 'no' });
    expect(await table.run()).toMatchObject({ status: 'failed', unreadable: 1 });
  });

  it.each(['revision', 'expiresAt'])('that no write can get past is said clearly: %s', async (name) => {
    await table.edit(ID, { [name]: 'by hand' });
    table.clerk.add(clerkUser(9, changed));
    const summary = await table.run(FORCED);
    expect(summary).toMatchObject({ status: 'failed', updated: 1, unreadable: 1 });
    expect(summary.failedBecause).toContain('No run can mend it: correct the attribute by hand');
    expect(table.log.lines).toContainEqual(
      expect.objectContaining({ message: 'user not readable', facts: { userId: ID, attribute: name } }),
    );
  });
});

describe('a lost reservation', () => {
  const EMAIL = 'email#person4@example.com';

  it.each([
    [EMAIL, userId(4)],
    ['username#person4', userId(4)],
    ['username#person11', userId(11)],
  ])('of %s is unseen by other runs, and a forced one restores it', async (key, owner) => {
    await table.remove(key);
    await isUnseenBy({});
    expect(await table.run(DRY)).toMatchObject({ status: 'drift', drift: { reservation: 1 } });
    expect(await table.item(key)).toBeUndefined();
    const forced = await table.run(FORCED);
    expect(forced).toMatchObject({ status: 'repaired', updated: 1, drift: { reservation: 1 }, conflicts: 0 });
    expect(forced.report['reservation']).toMatchObject({ userIds: [owner] });
    expect(await table.item(key)).toMatchObject({ owner });
    const after = await table.snapshot();
    expect(await table.run(FORCED)).toMatchObject({ status: 'in-sync' });
    expect(await table.snapshot()).toEqual(after);
  });

  it('that somebody else has taken since is settled by what Clerk says', async () => {
    await table.remove(EMAIL);
    const thief = clerkUser(40, { record: { verifiedEmail: 'person4@example.com' }, asOf: START });
    table.clerk.add(thief);
    expect(await table.run()).toMatchObject({ created: 1, conflicts: 0 });
    table.clerk.add(clerkUser(40, { asOf: START + 1 }));
    table.clerk.answerPage = (users) => users.map((user) => (user.id === thief.id ? thief : user));
    const forced = await table.run(FORCED);
    expect(forced).toMatchObject({ status: 'repaired', drift: { reservation: 1 }, conflicts: 0 });
    expect(await table.item(EMAIL)).toMatchObject({ owner: ID });
    expect(await table.item(KEY)).toMatchObject({ reservedEmail: 'person4@example.com' });
  });

  it('of an item that claims a name of somebody else goes back to her own', async () => {
    await table.edit(ID, { reservedEmail: 'person5@example.com' });
    expect(await mended({ reservation: 1 })).toBe('in-sync');
  });
});

describe('a forced run over a table that is right', () => {
  it('reads each item and its two reservations, two and a half read units, and writes no user', async () => {
    const billOf = meter(tables.client);
    const trusting = await billOf(() => table.run());
    const forced = await billOf(() => table.run(FORCED));
    expect(forced.readUnits - trusting.readUnits).toBe(2.5 * USERS);
    expect(forced.writeUnits).toBe(trusting.writeUnits);
    expect(await table.snapshot()).toEqual(right);
  });
});

const changed: UserOverrides = { profile: { lastName: 'Changed' }, asOf: START + 1 };

function byUser(a: unknown, b: unknown): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
}
