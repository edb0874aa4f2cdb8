import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { QuarantineListing } from '../../shared/ports/quarantine.ts';
import type { DirectoryUser } from '../../shared/ports/user-directory.ts';
import { DirectoryUnavailable } from '../../shared/ports/user-directory.ts';
import { StoreUnavailable } from '../../shared/ports/user-store.ts';
import { eraseUser } from '../../shared/sync/admin/erase-user.ts';
import { restoreUser } from '../../shared/sync/admin/restore-user.ts';
import { syncUser } from '../../shared/sync/admin/sync-user.ts';
import { ForeignInstance } from '../../shared/sync/reconcile/failure.ts';
import { startTestTables } from '../support/dynamodb/test-tables.ts';
import type { TestTables } from '../support/dynamodb/test-tables.ts';
import { person } from '../support/names/name-world.ts';
import type { Mirror } from '../support/retention/mirror.ts';
import { BEGIN, DAY_MS, openMirror } from '../support/retention/mirror.ts';

let tables: TestTables;
beforeAll(async () => {
  tables = await startTestTables();
});
afterAll(() => tables.close());

const ADA = 'Lovelace@Example.com';

/** Values that are Ada's alone, wherever they turn up. */
const PERSONAL = [
  'lovelace',
  'babbage-pen-pal',
  'Augusta',
  'Kingsolver',
  'portrait-7.png',
  'countess',
  'crm-8841',
  'analytical',
  'ockham',
];

function ada(over: { readonly asOf?: number; readonly email?: string } = {}): DirectoryUser {
  return person('user_ada', over.email ?? ADA, {
    asOf: over.asOf ?? BEGIN - DAY_MS,
    profile: { firstName: 'Augusta', lastName: 'Kingsolver', imageUrl: 'https://img.example.com/portrait-7.png' },
    record: {
      username: 'Countess',
      externalId: 'crm-8841',
      publicMetadata: { engines: ['Analytical'], born: { at: 'Ockham' } },
    },
  });
}

/** Everybody who is in these tests lives in the table, and Ada has left traces wherever one can. */
async function settle(mirror: Mirror): Promise<void> {
  await mirror.signUp(ada({ email: 'babbage-pen-pal@example.com' }));
  await mirror.signUp({ ...ada({ asOf: BEGIN - 1 }), record: { ...ada().record, username: null } });
  await mirror.signUp(ada({ asOf: BEGIN }));
  await mirror.signUp(person('user_bea', 'bea@example.com'));
  await mirror.writeApp('user_ada', { bio: 'Analytical, of Ockham', tags: new Set(['countess']) as never });
  const quarantined = { reason: 'bad-date', firstAt: BEGIN };
  await mirror.deps.quarantine.put({ ...quarantined, id: 'msg_ada', body: JSON.stringify(ada()), userId: 'user_ada' });
  await mirror.deps.quarantine.put({ ...quarantined, id: 'msg_bea', body: '{"id":"user_bea"}', userId: 'user_bea' });
  await mirror.run();
}

/** Ada has been erased although Clerk has her, and there are three others. */
async function erasedAmongOthers(mirror: Mirror): Promise<void> {
  await mirror.signUp(ada());
  for (const id of ['user_b', 'user_c', 'user_d']) await mirror.signUp(person(id, `${id}@example.com`));
  await mirror.run();
  await mirror.passDays(1);
  expect(await eraseUser(mirror.deps, 'user_ada', { evenIfClerkHas: true })).toBe('erased');
}

/** Ada has left and come back as somebody else, with what the application kept of her. */
async function relinked(mirror: Mirror): Promise<void> {
  await mirror.signUp(ada());
  await mirror.writeApp('user_ada', { bio: 'ockham' });
  await mirror.leave('user_ada');
  await mirror.pass(60_000);
  await mirror.signUp(person('user_new', ADA, { asOf: mirror.clock.now(), record: { clerkCreatedAt: BEGIN } }));
  expect(await mirror.get('user_new')).toMatchObject({ previousClerkUserId: 'user_ada', app: { bio: 'ockham' } });
}

async function itemOf(mirror: Mirror, id: string) {
  return (await mirror.items()).find(({ pk }) => pk === `user#${id}`);
}

async function traces(mirror: Mirror): Promise<string[]> {
  await mirror.sweep();
  const text = JSON.stringify(await mirror.items(), (_key, value: unknown) =>
    value instanceof Set ? [...value] : value,
  ).toLowerCase();
  return PERSONAL.filter((value) => text.includes(value.toLowerCase()));
}

describe('Retention', () => {
  it('leaves no personal value of a deleted user anywhere in the table, quarantine and runs included', async () => {
    const mirror = await openMirror(tables);
    await settle(mirror);
    expect(await traces(mirror)).toEqual(PERSONAL);
    mirror.clerk.users.delete('user_ada');
    expect(await mirror.run()).toMatchObject({ deleted: 1 });
    await mirror.passDays(31);
    await mirror.deps.quarantine.put({
      id: 'msg_late',
      body: JSON.stringify(ada()),
      reason: 'bad-date',
      firstAt: mirror.clock.now(),
      userId: 'user_ada',
    });
    await mirror.run();
    expect(await traces(mirror)).toEqual([]);
    expect(await mirror.get('user_ada')).toMatchObject({ tombstone: { erasedAt: mirror.clock.now() }, app: {} });
    expect(await mirror.get('user_bea')).toMatchObject({ profile: { content: { email: 'bea@example.com' } } });
    expect(JSON.stringify(mirror.deps.log.lines).toLowerCase()).not.toContain('lovelace');
  });

  it('erases nobody before the time, and exactly those whose time has come', async () => {
    const mirror = await openMirror(tables, { retentionDays: 7 });
    for (const id of ['user_a', 'user_b', 'user_c']) await mirror.signUp(person(id, `${id}@example.com`));
    await mirror.leave('user_a');
    await mirror.pass(1);
    await mirror.leave('user_b');
    await mirror.passDays(7);
    await mirror.run();
    const erased = async (id: string) => (await mirror.get(id))?.tombstone?.erasedAt !== undefined;
    expect([await erased('user_a'), await erased('user_b'), await erased('user_c')]).toEqual([true, false, false]);
    await mirror.pass(1);
    await mirror.run();
    expect([await erased('user_b'), await erased('user_c')]).toEqual([true, false]);
  });

  it('keeps the id of an erased user for 32 days more, and then lets DynamoDB take it', async () => {
    const mirror = await openMirror(tables);
    await mirror.signUp(ada());
    await mirror.leave('user_ada');
    await mirror.passDays(31);
    await mirror.run();
    await mirror.passDays(31);
    const late = { source: 'event', ...ada({ asOf: mirror.clock.now() }), seenAt: mirror.clock.now() } as const;
    expect(await mirror.apply(late)).toMatchObject({ outcome: 'stale' });
    await mirror.passDays(1);
    expect(await mirror.get('user_ada')).toBeUndefined();
    await mirror.sweep();
    expect((await mirror.items()).filter(({ pk }) => String(pk).startsWith('user#'))).toEqual([]);
  });

  it('refuses while something stands in quarantine of which nobody knows whose it is', async () => {
    const mirror = await openMirror(tables);
    await settle(mirror);
    mirror.clerk.users.delete('user_ada');
    const { quarantine } = mirror.deps;
    const odd = { id: 'msg_odd', unreadable: 'Item quarantine#msg_odd is none.' };
    const list = async function* (listing?: QuarantineListing): ReturnType<typeof quarantine.list> {
      yield odd;
      yield* quarantine.list(listing);
    };
    const deps = { ...mirror.deps, quarantine: { ...quarantine, list } };
    await expect(eraseUser(deps, 'user_ada', {})).rejects.toThrow(odd.unreadable);
    expect(JSON.stringify(await mirror.deps.store.get('user_ada'))).toContain('Kingsolver');
    await expect(eraseUser(mirror.deps, 'user_ada', {})).resolves.toBe('erased');
  });

  it('keeps the id for longer than any event about her can wait in quarantine', async () => {
    const mirror = await openMirror(tables);
    await mirror.signUp(ada());
    await mirror.leave('user_ada');
    await eraseUser(mirror.deps, 'user_ada');
    // Svix tries for 28 hours.
    await mirror.pass(28 * 60 * 60_000);
    const event = { id: 'msg_last', body: '{}', reason: 'bad-date', firstAt: mirror.clock.now(), userId: 'user_ada' };
    await mirror.deps.quarantine.put(event);
    await mirror.pass(30 * DAY_MS - 1);
    expect(await mirror.deps.quarantine.get('msg_last')).toBeDefined();
    const replayed = { source: 'event', ...ada(), seenAt: event.firstAt } as const;
    expect(await mirror.apply(replayed)).toMatchObject({ outcome: 'stale' });
  });

  it('erases everybody else where one item has been broken by hand, and says whose it is', async () => {
    const mirror = await openMirror(tables);
    const ids = ['user_a', 'user_b', 'user_c'];
    for (const id of ids) {
      await mirror.signUp(person(id, `${id}@example.com`));
      await mirror.leave(id);
    }
    await mirror.put({ ...(await itemOf(mirror, 'user_a')), changedBy: 'support' });
    await mirror.passDays(31);
    expect(await mirror.run()).toMatchObject({ status: 'in-sync' });
    const items = await Promise.all(ids.map((id) => itemOf(mirror, id)));
    expect(items.map((item) => item?.['erasedAt'] !== undefined)).toEqual([false, true, true]);
    expect(mirror.deps.log.lines).toContainEqual(
      expect.objectContaining({
        level: 'error',
        message: 'user not erased',
        facts: { userId: 'user_a', attribute: 'changedBy' },
      }),
    );
  });

  it('passes over a user whom Clerk has after all, and says so', async () => {
    const mirror = await openMirror(tables);
    await mirror.signUp(ada());
    await mirror.apply({ source: 'deletion', id: 'user_ada', at: BEGIN });
    await mirror.passDays(31);
    mirror.clerk.answerPage = (users) => users.filter(({ id }) => id !== 'user_ada');
    // A list shorter than Clerk's own count would fail the run: both leave her out.
    mirror.clerk.answerCount = (users) => users - 1;
    await mirror.run();
    expect((await mirror.get('user_ada'))?.tombstone).toEqual({ deletedAt: BEGIN });
    expect(mirror.deps.log.lines).toContainEqual(
      expect.objectContaining({ level: 'warn', facts: { userIds: ['user_ada'] } }),
    );
  });

  it('erases nobody in a run that is held, nor in a dry one', async () => {
    const mirror = await openMirror(tables);
    for (const id of ['user_a', 'user_b', 'user_c']) await mirror.signUp(person(id, `${id}@example.com`));
    await mirror.leave('user_a');
    await mirror.passDays(31);
    await mirror.run({ mode: 'full', dryRun: true });
    mirror.clerk.answerPage = () => [];
    expect(await mirror.run()).toMatchObject({ status: 'held' });
    expect((await mirror.get('user_a'))?.tombstone?.erasedAt).toBeUndefined();
  });
});

describe('An admin erases', () => {
  it('a user whom Clerk no longer has at once, also one of whose deletion nobody has heard', async () => {
    const mirror = await openMirror(tables);
    await settle(mirror);
    mirror.clerk.users.delete('user_ada');
    expect(await eraseUser(mirror.deps, 'user_ada')).toBe('erased');
    await mirror.passDays(32);
    expect(await traces(mirror)).toEqual([]);
    expect(await mirror.get('user_ada')).toBeUndefined();
  });

  it('a user whom Clerk has only if that is said', async () => {
    const mirror = await openMirror(tables);
    await mirror.signUp(ada());
    expect(await eraseUser(mirror.deps, 'user_ada')).toBe('in-clerk');
    expect((await mirror.get('user_ada'))?.tombstone).toBeUndefined();
    expect(await eraseUser(mirror.deps, 'user_ada', { evenIfClerkHas: true })).toBe('erased');
    expect(await eraseUser(mirror.deps, 'user_ada', { evenIfClerkHas: true })).toBe('erased-before');
  });

  it('a user whom Clerk has for good: no event, token or run brings her back, and the counts say why they differ', async () => {
    const mirror = await openMirror(tables);
    await settle(mirror);
    await eraseUser(mirror.deps, 'user_ada', { evenIfClerkHas: true });
    await mirror.passDays(400);
    const now = mirror.clock.now();
    mirror.clerk.add(ada({ asOf: now - 1 }));
    await mirror.apply({ source: 'event', ...ada({ asOf: now - 1 }), seenAt: now });
    const claims = { email: ADA, firstName: 'Augusta', lastName: null, imageUrl: null };
    await mirror.apply({ source: 'token', id: 'user_ada', claims, asOf: now });
    const summary = await mirror.run({ mode: 'full', force: true });
    expect(summary).toMatchObject({ status: 'in-sync', clerkUsers: 2, storedUsers: 1, erasedInClerk: 1 });
    expect(mirror.deps.metrics.sum('UserCountDiscrepancy')).toBe(0);
    await mirror.run({ mode: 'user', userId: 'user_ada' });
    expect(await syncUser(mirror.deps, 'user_ada')).toMatchObject({ status: 'synced', outcome: 'stale' });
    expect(await traces(mirror)).toEqual([]);
    expect(await mirror.deps.runs.get(summary.runId)).toMatchObject({ counts: { erasedInClerk: 1 } });
  });

  it.each([
    ['a late one', DAY_MS],
    ['one that was on its way', -DAY_MS],
  ])('a user whose tombstone gets its end with Clerk’s deletion: %s', async (_name, afterwards) => {
    const mirror = await openMirror(tables);
    await mirror.signUp(ada());
    await mirror.pass(2 * DAY_MS);
    await eraseUser(mirror.deps, 'user_ada', { evenIfClerkHas: true });
    const at = mirror.clock.now() + afterwards;
    expect(await mirror.apply({ source: 'deletion', id: 'user_ada', at })).toMatchObject({ outcome: 'deleted' });
    expect(await mirror.apply({ source: 'deletion', id: 'user_ada', at })).toMatchObject({ outcome: 'unchanged' });
    await mirror.passDays(31);
    expect(await mirror.get('user_ada')).toBeDefined();
    await mirror.passDays(1);
    expect(await mirror.get('user_ada')).toBeUndefined();
  });

  it('a user whose deletion nobody hears of until a run finds it out', async () => {
    const mirror = await openMirror(tables);
    await mirror.signUp(ada());
    await mirror.signUp(person('user_bea', 'bea@example.com'));
    await eraseUser(mirror.deps, 'user_ada', { evenIfClerkHas: true });
    mirror.clerk.users.delete('user_ada');
    expect(await mirror.run({ mode: 'full', dryRun: true })).toMatchObject({ status: 'in-sync' });
    expect((await mirror.get('user_ada'))?.tombstone).toMatchObject({ inClerk: true });
    expect(await mirror.run()).not.toHaveProperty('erasedInClerk');
    await mirror.passDays(32);
    expect(await mirror.get('user_ada')).toBeUndefined();
  });

  it('a user whose later events, refused into quarantine, stay there until the next run only', async () => {
    const mirror = await openMirror(tables);
    await erasedAmongOthers(mirror);
    const facts = { reason: 'bad-date', firstAt: mirror.clock.now() };
    await mirror.deps.quarantine.put({ ...facts, id: 'msg_late', body: JSON.stringify(ada()), userId: 'user_ada' });
    await mirror.deps.quarantine.put({ ...facts, id: 'msg_other', body: '{}', userId: 'user_b' });
    await mirror.run({ mode: 'full', dryRun: true });
    expect(await traces(mirror)).not.toEqual([]);
    await mirror.run();
    expect(await traces(mirror)).toEqual([]);
    expect(await mirror.deps.quarantine.get('msg_other')).toBeDefined();
  });

  it('a user whom no run that doubts Clerk’s word takes for deleted', async () => {
    const mirror = await openMirror(tables);
    await erasedAmongOthers(mirror);
    const kept = [...mirror.clerk.users.values()];
    mirror.clerk.users.clear();
    expect(await mirror.run()).toMatchObject({ status: 'held', deleted: 0 });
    mirror.clerk.add(...kept);
    await mirror.passDays(1);
    await mirror.run();
    await mirror.passDays(31);
    await mirror.run();
    expect((await mirror.get('user_ada'))?.tombstone).toMatchObject({ inClerk: true });
    expect(await traces(mirror)).toEqual([]);
  });

  it('a user whom a mistaken deletion would have given back in a month', async () => {
    const mirror = await openMirror(tables);
    await erasedAmongOthers(mirror);
    await mirror.apply({ source: 'deletion', id: 'user_ada', at: mirror.clock.now() + 1 });
    await mirror.passDays(1);
    expect(await mirror.run()).toMatchObject({ status: 'repaired', updated: 1, restored: 0, erasedInClerk: 1 });
    expect(await mirror.run()).toMatchObject({ status: 'in-sync', erasedInClerk: 1 });
    await mirror.passDays(31);
    await mirror.run();
    expect(await traces(mirror)).toEqual([]);
  });

  it('a user whom Clerk has and the table has not, so that nobody brings her', async () => {
    const mirror = await openMirror(tables);
    mirror.clerk.add(ada());
    expect(await eraseUser(mirror.deps, 'user_ada', { evenIfClerkHas: true })).toBe('erased');
    expect(await mirror.run()).toMatchObject({ created: 0, erasedInClerk: 1 });
    expect(await eraseUser(mirror.deps, 'user_nobody', { evenIfClerkHas: true })).toBe('absent');
  });

  it('nobody while Clerk cannot be asked, or is another instance’s', async () => {
    const mirror = await openMirror(tables);
    await settle(mirror);
    mirror.clerk.before = () => {
      throw new DirectoryUnavailable('down');
    };
    expect(await eraseUser(mirror.deps, 'user_ada', { evenIfClerkHas: true })).toBe('clerk-unavailable');
    mirror.clerk.before = () => undefined;
    mirror.clerk.instance = 'ins_other';
    await expect(eraseUser(mirror.deps, 'user_ada')).rejects.toThrow(ForeignInstance);
    expect((await mirror.get('user_ada'))?.tombstone).toBeUndefined();
  });

  it.each([
    ['although Clerk has her', true],
    ['who has left again', false],
  ])('with a relinked user %s the deleted one that she was', async (_name, inClerk) => {
    const mirror = await openMirror(tables, { returningUser: 'relink' });
    await relinked(mirror);
    if (!inClerk) mirror.clerk.users.delete('user_new');
    expect(await eraseUser(mirror.deps, 'user_new', { evenIfClerkHas: inClerk })).toBe('erased');
    await mirror.run();
    expect(await traces(mirror)).toEqual([]);
  });

  it('with a relinked user nobody who has been restored since', async () => {
    const mirror = await openMirror(tables, { returningUser: 'relink' });
    await relinked(mirror);
    await mirror.passDays(1);
    mirror.clerk.add(ada());
    await mirror.run();
    await eraseUser(mirror.deps, 'user_new', { evenIfClerkHas: true });
    expect(await mirror.get('user_ada')).toMatchObject({ app: { bio: 'ockham' }, tombstone: undefined });
  });

  it('her names, too, when the answer to the write was lost', async () => {
    const mirror = await openMirror(tables);
    await mirror.signUp(ada());
    mirror.clerk.users.delete('user_ada');
    const { store } = mirror.deps;
    let isLost = false;
    const write: typeof store.write = async (change, options) => {
      const result = await store.write(change, options);
      if (isLost) return result;
      isLost = true;
      throw new StoreUnavailable('The answer did not come.');
    };
    expect(await eraseUser({ ...mirror.deps, store: { ...store, write } }, 'user_ada')).toBe('erased');
    expect(await mirror.entry('lovelace@example.com')).toBeUndefined();
    expect(await traces(mirror)).toEqual([]);
    expect(mirror.deps.log.lines.filter(({ message }) => message === 'user erased')).toHaveLength(1);
  });

  it('the events about somebody whom the table never had', async () => {
    const mirror = await openMirror(tables);
    const event = {
      id: 'msg_1',
      body: JSON.stringify(ada()),
      reason: 'unstorable',
      firstAt: BEGIN,
      userId: 'user_ada',
    };
    await mirror.deps.quarantine.put(event);
    expect(await eraseUser(mirror.deps, 'user_ada')).toBe('absent');
    expect(await traces(mirror)).toEqual([]);
  });

  it('what somebody waits for goes to the one who waits', async () => {
    const mirror = await openMirror(tables);
    await mirror.signUp(ada());
    await mirror.signUp(person('user_new', ADA));
    await eraseUser(mirror.deps, 'user_ada', { evenIfClerkHas: true });
    await mirror.run();
    expect((await mirror.get('user_new'))?.held.email).toBe('lovelace@example.com');
  });
});

describe('A user who was deleted by mistake', () => {
  const MINUTE_MS = 60_000;

  /** Clerk has her, and the table has heard of a deletion. */
  async function buried(): Promise<Mirror> {
    const mirror = await openMirror(tables);
    await mirror.signUp(ada());
    await mirror.writeApp('user_ada', { bio: 'Poet' });
    await mirror.apply({ source: 'deletion', id: 'user_ada', at: BEGIN });
    return mirror;
  }

  it('comes back with the next run, with what the application kept and her names', async () => {
    const mirror = await buried();
    await mirror.pass(5 * MINUTE_MS + 1);
    expect(await mirror.run()).toMatchObject({ restored: 1, storedUsers: 1 });
    expect(await mirror.get('user_ada')).toMatchObject({
      app: { bio: 'Poet' },
      held: { email: 'lovelace@example.com', username: 'countess' },
      profile: { content: { email: ADA } },
    });
    await mirror.apply({ source: 'deletion', id: 'user_ada', at: BEGIN + MINUTE_MS });
    expect((await mirror.get('user_ada'))?.tombstone).toBeUndefined();
  });

  it('comes back when an admin says so, and not within five minutes', async () => {
    const mirror = await buried();
    expect(await restoreUser(mirror.deps, 'user_ada')).toEqual({
      status: 'too-soon',
      after: BEGIN + 5 * MINUTE_MS,
    });
    await mirror.pass(5 * MINUTE_MS + 1);
    expect(await restoreUser(mirror.deps, 'user_ada')).toMatchObject({ status: 'restored', user: { id: 'user_ada' } });
    expect(await mirror.get('user_ada')).toMatchObject({ app: { bio: 'Poet' }, changedBy: 'admin' });
    expect(await restoreUser(mirror.deps, 'user_ada')).toMatchObject({ status: 'not-deleted' });
  });

  it('waits for an address and a username that somebody has taken meanwhile', async () => {
    const mirror = await buried();
    await mirror.signUp(person('user_new', ADA, { record: { username: 'countess' } }));
    await mirror.pass(6 * MINUTE_MS);
    expect(await restoreUser(mirror.deps, 'user_ada')).toMatchObject({ status: 'restored' });
    expect(await mirror.get('user_ada')).toMatchObject({ app: { bio: 'Poet' }, held: {} });
    expect((await mirror.get('user_new'))?.held).toEqual({ email: 'lovelace@example.com', username: 'countess' });
    await mirror.leave('user_new');
    await mirror.run();
    expect((await mirror.get('user_ada'))?.held).toEqual({ email: 'lovelace@example.com', username: 'countess' });
  });

  it('comes back as a stranger once she has been erased, and only when an admin says so', async () => {
    const mirror = await buried();
    await eraseUser(mirror.deps, 'user_ada', { evenIfClerkHas: true });
    await mirror.passDays(1);
    await mirror.run();
    expect((await mirror.get('user_ada'))?.tombstone?.erasedAt).toBeDefined();
    expect(await restoreUser(mirror.deps, 'user_ada')).toMatchObject({ status: 'restored' });
    expect(await mirror.get('user_ada')).toMatchObject({
      app: {},
      held: { email: 'lovelace@example.com' },
      record: { content: ada().record },
    });
    await mirror.passDays(100);
    expect(await mirror.run()).toMatchObject({ status: 'in-sync', clerkUsers: 1, storedUsers: 1 });
  });

  it('is not brought back when Clerk does not have her, or nobody knows her', async () => {
    const mirror = await buried();
    await mirror.pass(6 * MINUTE_MS);
    mirror.clerk.users.clear();
    expect(await restoreUser(mirror.deps, 'user_ada')).toEqual({ status: 'not-in-clerk' });
    expect(await restoreUser(mirror.deps, 'user_nobody')).toEqual({ status: 'unknown' });
    mirror.clerk.before = () => {
      throw new DirectoryUnavailable('down');
    };
    expect(await restoreUser(mirror.deps, 'user_ada')).toEqual({ status: 'clerk-unavailable' });
  });
});

describe('An admin syncs one user', () => {
  it('who is made what Clerk says, created or revived', async () => {
    const mirror = await openMirror(tables);
    mirror.clerk.add(ada());
    expect(await syncUser(mirror.deps, 'user_ada')).toMatchObject({ status: 'synced', outcome: 'created' });
    expect(await syncUser(mirror.deps, 'user_ada')).toMatchObject({ status: 'synced', outcome: 'unchanged' });
    await mirror.apply({ source: 'deletion', id: 'user_ada', at: BEGIN });
    await mirror.passDays(1);
    expect(await syncUser(mirror.deps, 'user_ada')).toMatchObject({ status: 'synced', outcome: 'restored' });
  });

  it('and deletes nobody', async () => {
    const mirror = await openMirror(tables);
    await mirror.signUp(ada());
    mirror.clerk.users.clear();
    expect(await syncUser(mirror.deps, 'user_ada')).toEqual({ status: 'not-in-clerk' });
    expect((await mirror.get('user_ada'))?.tombstone).toBeUndefined();
  });

  it('and says why the table cannot keep one', async () => {
    const mirror = await openMirror(tables);
    mirror.clerk.add(person('user_a', null, { record: { publicMetadata: { flake: 123_456_789_012_345_680 } } }));
    expect(await syncUser(mirror.deps, 'user_a')).toEqual({ status: 'not-stored', reason: 'unstorable' });
  });
});
