import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMemoryQuarantine } from '../../shared/adapters/memory/quarantine.ts';
import type { DirectoryUser } from '../../shared/ports/user-directory.ts';
import { DirectoryUnavailable } from '../../shared/ports/user-directory.ts';
import { eraseMirrored } from '../../shared/sync/erasure/erase-mirrored.ts';
import { resolveName } from '../../shared/sync/names/resolve-name.ts';
import { startTestTables } from '../support/dynamodb/test-tables.ts';
import type { TestTables } from '../support/dynamodb/test-tables.ts';
import { BEGIN, emailName, openNameWorld, person, username } from '../support/names/name-world.ts';
import type { NameWorld } from '../support/names/name-world.ts';

let tables: TestTables;
beforeAll(async () => {
  tables = await startTestTables();
});
afterAll(() => tables.close());

const ADA = 'ada@example.com';
const BEA = 'bea@example.com';

/** What an erasure needs where no event waits in quarantine. */
const erasing = ({ deps }: NameWorld) => ({ ...deps, quarantine: createMemoryQuarantine(deps) });

/** Puts users into Clerk and into the table. */
async function settle(world: NameWorld, ...users: readonly DirectoryUser[]): Promise<void> {
  for (const user of users) {
    world.directory.put(user);
    await world.announce(user);
  }
}

/** The owner of each name, where nothing is broken and nothing is open. */
async function owners(world: NameWorld): Promise<Readonly<Record<string, string>>> {
  const audit = await world.audit();
  expect([audit.broken, audit.open]).toEqual([[], []]);
  return Object.fromEntries(audit.owners);
}

describe('An email that another live user has', () => {
  it('is stored with the newcomer, who waits: nobody fails and nobody is merged', async () => {
    const world = await openNameWorld(tables);
    await settle(world, person('user_a', ADA));
    const result = await world.announce(person('user_b', 'ADA@example.com'));
    expect(result).toMatchObject({ status: 'settled', outcome: 'created' });
    const [a, b] = [await world.get('user_a'), await world.get('user_b')];
    expect(a?.held.email).toBe(ADA);
    expect(b).toMatchObject({ profile: { content: { email: 'ADA@example.com' } }, held: { username: 'ada-b' } });
    expect(world.metrics.sum('EmailConflict')).toBe(1);
    expect(await owners(world)).toMatchObject({ [`email#${ADA}`]: 'user_a' });
  });

  it('is never moved by a look at a reservation of an earlier life', async () => {
    const world = await openNameWorld(tables);
    await settle(world, person('user_a', ADA));
    const early = await world.store.reservation(emailName(ADA));
    await world.announce(person('user_a', BEA, { asOf: BEGIN + 60_000 }));
    await resolveName(world.deps, emailName(ADA));
    await settle(world, person('user_b', ADA));
    expect(await world.store.tidy(early, { claimants: [], owner: true })).toBe(false);
    expect((await world.store.reservation(emailName(ADA))).revision).not.toBe(early.revision);
    expect(await owners(world)).toMatchObject({ [`email#${ADA}`]: 'user_b' });
  });

  it('is counted once and logged with ids only, however often the newcomer is written', async () => {
    const world = await openNameWorld(tables);
    await settle(world, person('user_a', ADA), person('user_b', ADA));
    await world.announce(person('user_b', ADA, { asOf: BEGIN + 10_000, record: { banned: true } }));
    expect(world.metrics.sum('EmailConflict')).toBe(1);
    expect(JSON.stringify(world.log.lines)).not.toContain('example.com');
  });

  it('goes to the one to whom Clerk gives it, when the other has another by now', async () => {
    const world = await openNameWorld(tables);
    await settle(world, person('user_a', ADA));
    world.directory.put(person('user_a', BEA, { asOf: BEGIN + 60_000 }));
    await settle(world, person('user_b', ADA, { asOf: BEGIN + 70_000 }));
    expect(await resolveName(world.deps, emailName(ADA))).toBe('resolved');
    expect(await owners(world)).toMatchObject({ [`email#${ADA}`]: 'user_b', [`email#${BEA}`]: 'user_a' });
    expect((await world.get('user_a'))?.profile.content.email).toBe(BEA);
  });

  it('stays with its owner when Clerk gives it to her, and the newcomer becomes what Clerk says', async () => {
    const world = await openNameWorld(tables);
    await settle(world, person('user_a', ADA), person('user_b', ADA));
    world.directory.put(person('user_b', BEA, { asOf: BEGIN + 60_000 }));
    expect(await resolveName(world.deps, emailName(ADA))).toBe('resolved');
    expect(await owners(world)).toMatchObject({ [`email#${ADA}`]: 'user_a', [`email#${BEA}`]: 'user_b' });
  });

  it('stays where it is while Clerk gives it to both', async () => {
    const world = await openNameWorld(tables);
    await settle(world, person('user_a', ADA), person('user_b', ADA));
    expect(await resolveName(world.deps, emailName(ADA))).toBe('waiting');
    expect((await world.audit()).owners.get(`email#${ADA}`)).toBe('user_a');
    expect((await world.audit()).broken).toEqual([]);
  });

  it('stays where it is when Clerk cannot be asked, and is resolved later', async () => {
    const world = await openNameWorld(tables);
    await settle(world, person('user_a', ADA), person('user_b', ADA));
    world.directory.put(person('user_a', BEA, { asOf: BEGIN + 60_000 }));
    world.directory.onCall(() => new DirectoryUnavailable('down'));
    await expect(resolveName(world.deps, emailName(ADA))).rejects.toThrow(DirectoryUnavailable);
    expect((await world.audit()).owners.get(`email#${ADA}`)).toBe('user_a');
    world.directory.onCall();
    await world.resolveAll();
    expect(await owners(world)).toMatchObject({ [`email#${ADA}`]: 'user_b' });
  });

  it('goes to the newcomer when Clerk no longer has its owner, who is not deleted for it', async () => {
    const world = await openNameWorld(tables);
    await settle(world, person('user_a', ADA), person('user_b', ADA));
    world.directory.remove('user_a');
    expect(await resolveName(world.deps, emailName(ADA))).toBe('waiting');
    expect((await world.audit()).broken).toEqual([]);
    expect((await world.audit()).owners.get(`email#${ADA}`)).toBe('user_b');
    expect((await world.get('user_a'))?.tombstone).toBeUndefined();
    await world.apply({ source: 'deletion', id: 'user_a', at: BEGIN + 100_000 });
    expect(await resolveName(world.deps, emailName(ADA))).toBe('settled');
    expect(await owners(world)).toMatchObject({ [`email#${ADA}`]: 'user_b' });
  });

  it('that is not verified reserves nothing and conflicts with nobody', async () => {
    const world = await openNameWorld(tables);
    await settle(world, person('user_a', ADA), person('user_b', ADA, { record: { verifiedEmail: null } }));
    expect(world.metrics.sum('EmailConflict')).toBe(0);
    expect(await owners(world)).toMatchObject({ [`email#${ADA}`]: 'user_a' });
  });

  it('that a token shows reserves nothing', async () => {
    const world = await openNameWorld(tables);
    const claims = { email: ADA, firstName: 'A', lastName: null, imageUrl: null };
    await world.apply({ source: 'token', id: 'user_a', claims, asOf: BEGIN });
    expect(await world.get('user_a')).toMatchObject({ held: {} });
    expect((await world.audit()).owners.size).toBe(0);
  });
});

describe('A free email', () => {
  it('that its owner gives up goes to the one who waits, and Clerk need not be asked', async () => {
    const world = await openNameWorld(tables);
    await settle(world, person('user_a', ADA), person('user_b', ADA));
    await world.announce(person('user_a', BEA, { asOf: BEGIN + 60_000 }));
    expect((await world.audit()).open).toHaveLength(1);
    world.directory.onCall(() => new DirectoryUnavailable('down'));
    await world.resolveAll();
    expect(await owners(world)).toMatchObject({ [`email#${ADA}`]: 'user_b', [`email#${BEA}`]: 'user_a' });
  });

  it('goes to the one of several to whom Clerk gives it', async () => {
    const world = await openNameWorld(tables);
    await settle(world, person('user_a', ADA), person('user_b', ADA), person('user_c', ADA), person('user_d', ADA));
    await world.apply({ source: 'deletion', id: 'user_a', at: BEGIN + 100_000 });
    world.directory.remove('user_a');
    for (const id of ['user_b', 'user_d']) world.directory.put(person(id, null, { asOf: BEGIN + 60_000 }));
    await world.resolveAll();
    expect(await owners(world)).toMatchObject({ [`email#${ADA}`]: 'user_c' });
  });

  it('goes to one of several of whom Clerk says nothing', async () => {
    const world = await openNameWorld(tables);
    await settle(world, person('user_a', ADA), person('user_b', ADA), person('user_c', ADA));
    await world.apply({ source: 'deletion', id: 'user_a', at: BEGIN + 100_000 });
    for (const { id } of world.directory.users()) world.directory.remove(id);
    await world.resolveAll();
    expect(['user_b', 'user_c']).toContain((await owners(world))[`email#${ADA}`]);
  });

  it('leaves the table when nobody needs it', async () => {
    const world = await openNameWorld(tables);
    await settle(world, person('user_a', ADA));
    await world.announce(person('user_a', BEA, { asOf: BEGIN + 60_000 }));
    expect(await resolveName(world.deps, emailName(ADA))).toBe('settled');
    expect((await world.store.reservation(emailName(ADA))).revision).toBe(0);
  });

  it('is remembered as that of a deleted user, who has it back when she is restored', async () => {
    const world = await openNameWorld(tables);
    await settle(world, person('user_a', ADA));
    await world.apply({ source: 'deletion', id: 'user_a', at: BEGIN });
    expect(await world.store.reservation(emailName(ADA))).toMatchObject({ owner: undefined, lastOwner: 'user_a' });
    expect(await resolveName(world.deps, emailName(ADA))).toBe('settled');
    await world.apply({ source: 'read', ...person('user_a', ADA), seenAt: BEGIN + 600_000, lifts: 'deleted' });
    expect(await owners(world)).toMatchObject({ [`email#${ADA}`]: 'user_a' });
    expect(await world.get('user_a')).toMatchObject({ held: { email: ADA, username: 'ada' } });
  });

  it('that somebody else has by then makes the restored user wait', async () => {
    const world = await openNameWorld(tables);
    await settle(world, person('user_a', ADA));
    await world.apply({ source: 'deletion', id: 'user_a', at: BEGIN });
    await settle(world, person('user_b', ADA));
    await world.apply({ source: 'read', ...person('user_a', ADA), seenAt: BEGIN + 600_000, lifts: 'deleted' });
    expect((await world.audit()).broken).toEqual([]);
    expect((await world.audit()).owners.get(`email#${ADA}`)).toBe('user_b');
    expect(world.metrics.sum('EmailConflict')).toBe(1);
  });
});

describe('A swap of two emails', () => {
  const later = { asOf: BEGIN + 60_000 };

  it('of which both events arrive ends with both right', async () => {
    const world = await openNameWorld(tables);
    await settle(world, person('user_a', ADA), person('user_b', BEA));
    await settle(world, person('user_a', BEA, later), person('user_b', ADA, later));
    await world.resolveAll();
    expect(await owners(world)).toMatchObject({ [`email#${BEA}`]: 'user_a', [`email#${ADA}`]: 'user_b' });
  });

  it('of which one event is lost is made whole in one transaction', async () => {
    const world = await openNameWorld(tables);
    await settle(world, person('user_a', ADA), person('user_b', BEA));
    world.directory.put(person('user_b', ADA, later));
    await settle(world, person('user_a', BEA, later));
    const revisions = [(await world.get('user_a'))?.revision, (await world.get('user_b'))?.revision];
    await world.resolveAll();
    expect(await owners(world)).toMatchObject({ [`email#${BEA}`]: 'user_a', [`email#${ADA}`]: 'user_b' });
    const after = [(await world.get('user_a'))?.revision, (await world.get('user_b'))?.revision];
    expect(after).toEqual(revisions.map((revision = 0) => revision + 1));
  });

  it('among three, of which two events are lost, ends with all three right', async () => {
    const world = await openNameWorld(tables);
    const CEA = 'cea@example.com';
    await settle(world, person('user_a', ADA), person('user_b', BEA), person('user_c', CEA));
    world.directory.put(person('user_b', CEA, later));
    world.directory.put(person('user_c', ADA, later));
    await settle(world, person('user_a', BEA, later));
    await world.resolveAll();
    await world.resolveAll();
    expect(await owners(world)).toMatchObject({
      [`email#${BEA}`]: 'user_a',
      [`email#${CEA}`]: 'user_b',
      [`email#${ADA}`]: 'user_c',
    });
  });
});

describe('A re-registration whose creation precedes the deletion', () => {
  it.each(['fresh', 'relink'] as const)('ends with the address at the new user (%s)', async (returningUser) => {
    const world = await openNameWorld(tables, { returningUser });
    await settle(world, person('user_old', ADA));
    world.directory.remove('user_old');
    await settle(world, person('user_new', ADA, { record: { clerkCreatedAt: BEGIN + 1 } }));
    // The change-stream function comes between the two events.
    await resolveName(world.deps, emailName(ADA));
    expect((await world.get('user_new'))?.held.email).toBe(returningUser === 'fresh' ? ADA : undefined);
    await world.apply({ source: 'deletion', id: 'user_old', at: BEGIN + 5_000 });
    await world.resolveAll();
    expect(await owners(world)).toMatchObject({ [`email#${ADA}`]: 'user_new' });
    const back = await world.get('user_new');
    expect(back?.previousClerkUserId).toBe(returningUser === 'relink' ? 'user_old' : undefined);
  });
});

describe('A reservation that was lost', () => {
  it('knows again who waits as soon as she is written', async () => {
    const world = await openNameWorld(tables);
    await settle(world, person('user_a', ADA), person('user_b', ADA));
    await world.remove(`email#${ADA}`);
    await world.announce(person('user_b', ADA, { asOf: BEGIN + 60_000, record: { banned: true } }));
    expect((await world.get('user_b'))?.held.email).toBe(ADA);
  });

  it('is not swept while somebody waits, however long nobody resolves it', async () => {
    const world = await openNameWorld(tables);
    await settle(world, person('user_a', ADA), person('user_b', ADA));
    await world.announce(person('user_a', BEA, { asOf: BEGIN + 60_000 }));
    const item = (await world.items()).find(({ pk }) => pk === `email#${ADA}`);
    expect(item?.['expiresAt']).toBeGreaterThan(Date.UTC(9000, 0) / 1_000);
    await settle(world, person('user_c', 'cea@example.com'));
    await world.announce(person('user_c', null, { asOf: BEGIN + 60_000 }));
    const free = (await world.items()).find(({ pk }) => pk === 'email#cea@example.com');
    expect(free?.['expiresAt']).toBeLessThan(Date.now() / 1_000 + 31 * 86_400);
  });
});

describe('A user whom the table cannot keep as Clerk has her now', () => {
  it('stays as she is, and stops nobody else’s name', async () => {
    const world = await openNameWorld(tables);
    await settle(world, person('user_a', ADA), person('user_b', ADA), person('user_c', BEA), person('user_d', BEA));
    const unkeepable = { publicMetadata: { snowflake: 123_456_789_012_345_680 } };
    world.directory.put(person('user_b', ADA, { asOf: BEGIN + 60_000, record: unkeepable }));
    world.directory.put(person('user_a', null, { asOf: BEGIN + 60_000 }));
    world.directory.put(person('user_c', null, { asOf: BEGIN + 60_000 }));
    expect(await resolveName(world.deps, emailName(ADA))).toBe('waiting');
    expect(await resolveName(world.deps, emailName(BEA))).toBe('resolved');
    expect((await world.audit()).broken).toEqual([]);
    expect((await world.get('user_d'))?.held.email).toBe(BEA);
    expect(JSON.stringify(world.log.lines)).not.toContain('example.com');
  });
});

describe('Usernames', () => {
  const named = (id: string, name: string | null, asOf = BEGIN): DirectoryUser =>
    person(id, `${id}@example.com`, { asOf, record: { username: name } });

  it('come from the email when Clerk has none, and from the id without an email', async () => {
    const world = await openNameWorld(tables);
    await settle(world, person('user_a', 'Ada.Lovelace+x@example.com'), person('user_2BcD', null));
    expect((await world.get('user_a'))?.held.username).toBe('ada.lovelace+x');
    expect((await world.get('user_2BcD'))?.held.username).toBe('2bcd');
  });

  it('that are derived end with a part of the id when somebody has the plain one', async () => {
    const world = await openNameWorld(tables);
    const people = ['user_1aaaa', 'user_2bbbb', 'user_3cccc'].map((id, n) => person(id, `ada@${n}.example.com`));
    await settle(world, ...people);
    const names = await Promise.all(people.map(async ({ id }) => (await world.get(id))?.held.username));
    expect(names).toEqual(['ada', 'ada-bbbb', 'ada-cccc']);
    expect(await owners(world)).toMatchObject({});
  });

  it('that are derived stay when the email changes', async () => {
    const world = await openNameWorld(tables);
    await settle(world, person('user_a', ADA), person('user_a', BEA, { asOf: BEGIN + 60_000 }));
    expect(await owners(world)).toMatchObject({ 'username#ada': 'user_a', [`email#${BEA}`]: 'user_a' });
  });

  it('that Clerk chose beat a derived one, whose holder gets the suffix, without asking Clerk', async () => {
    const world = await openNameWorld(tables);
    await settle(world, person('user_1aaaa', ADA));
    world.directory.onCall(() => new DirectoryUnavailable('down'));
    await settle(world, named('user_b', 'Ada'));
    expect(world.metrics.sum('UsernameConflict')).toBe(1);
    await world.resolveAll();
    expect(await owners(world)).toMatchObject({ 'username#ada': 'user_b', 'username#ada-aaaa': 'user_1aaaa' });
    expect((await world.get('user_b'))?.record?.content.username).toBe('Ada');
  });

  it('that cross, of which both events arrive, end with one owner each', async () => {
    const world = await openNameWorld(tables);
    await settle(world, named('user_a', 'ada'), named('user_b', 'bea'));
    await settle(world, named('user_a', 'bea', BEGIN + 60_000), named('user_b', 'ada', BEGIN + 60_000));
    await world.resolveAll();
    expect(await owners(world)).toMatchObject({ 'username#bea': 'user_a', 'username#ada': 'user_b' });
  });

  it('that cross, of which one event is lost, end with one owner each', async () => {
    const world = await openNameWorld(tables);
    await settle(world, named('user_a', 'ada'), named('user_b', 'bea'));
    world.directory.put(named('user_b', 'ada', BEGIN + 60_000));
    await settle(world, named('user_a', 'bea', BEGIN + 60_000));
    await world.resolveAll();
    expect(await owners(world)).toMatchObject({ 'username#bea': 'user_a', 'username#ada': 'user_b' });
  });

  it('that Clerk takes back make room for a derived one', async () => {
    const world = await openNameWorld(tables);
    await settle(world, named('user_a', 'chosen'), named('user_a', null, BEGIN + 60_000));
    expect((await world.get('user_a'))?.held.username).toBe('user_a');
    await world.resolveAll();
    await settle(world, named('user_b', 'chosen'));
    expect(await owners(world)).toMatchObject({ 'username#chosen': 'user_b' });
  });
});

describe('A user of an unusual kind is stored as she is:', () => {
  const LONG = { latin: 'é'.repeat(64), kanji: '漢'.repeat(64), emoji: '👩🏽‍🚀'.repeat(16), arabic: 'م'.repeat(64) };

  it.each([
    ['without email and name', person('user_a', null, { profile: { firstName: null } })],
    [
      'with long names in any script',
      person('user_a', ADA, { profile: { firstName: LONG.kanji, lastName: LONG.emoji } }),
    ],
    ['with long usernames in any script', person('user_a', ADA, { record: { username: LONG.arabic } })],
    ['with a long local part', person('user_a', `${LONG.latin}@example.com`)],
    ['with 8 KB of metadata', person('user_a', ADA, { record: { publicMetadata: { text: 'x'.repeat(8_180) } } })],
    ['with an id that is not of Clerk', person('legacy 7#é', ADA)],
  ])('%s', async (_name, user) => {
    const world = await openNameWorld(tables);
    await settle(world, user);
    const { profile, record } = (await world.get(user.id)) ?? {};
    expect([profile?.content, record?.content]).toEqual([user.profile, user.record]);
    expect(Object.values(await owners(world))).toEqual(
      Array.from({ length: record?.content.verifiedEmail ? 2 : 1 }, () => user.id),
    );
  });

  it.each([
    [
      'metadata of half a megabyte',
      person('user_a', ADA, { record: { publicMetadata: { text: 'x'.repeat(500_000) } } }),
      'size',
    ],
    [
      'a username of a thousand bytes',
      person('user_a', ADA, { record: { username: 'x'.repeat(1_000) } }),
      'reservation',
    ],
    ['an id without end', person(`user_${'x'.repeat(2_000)}`, ADA), 'id'],
  ])('or refused with a named reason: %s', async (_name, user, reason) => {
    const world = await openNameWorld(tables);
    const result = await world.announce(user);
    expect(result).toMatchObject({ status: 'failed', reason: 'unstorable' });
    expect(result.status === 'failed' && result.error.message).toContain(`(${reason})`);
    expect(await owners(world)).toEqual({});
  });
});

describe('A user who is erased', () => {
  const whom = { deletedBefore: Number.POSITIVE_INFINITY };
  const options = { path: 'admin', budgetMs: 5_000, whom } as const;

  it('leaves no value of hers anywhere in the table', async () => {
    const world = await openNameWorld(tables);
    const record = { username: 'countess', publicMetadata: { cohort: 'first' } };
    await settle(world, person('user_a', 'lovelace@example.com', { profile: { firstName: 'Augusta' }, record }));
    await world.apply({ source: 'deletion', id: 'user_a', at: BEGIN });
    expect(await eraseMirrored(erasing(world), 'user_a', options)).toBe('erased');
    const left = JSON.stringify(await world.items());
    for (const value of ['lovelace', 'Augusta', 'countess', 'cohort']) expect(left).not.toContain(value);
    expect(left).toContain('user_a');
    expect(await eraseMirrored(erasing(world), 'user_a', options)).toBe('erased-before');
  });

  it('keeps nothing of an address that somebody else has by now', async () => {
    const world = await openNameWorld(tables);
    await settle(world, person('user_a', ADA));
    await world.apply({ source: 'deletion', id: 'user_a', at: BEGIN });
    await settle(world, person('user_b', ADA));
    expect(await eraseMirrored(erasing(world), 'user_a', options)).toBe('erased');
    expect(await owners(world)).toMatchObject({ [`email#${ADA}`]: 'user_b' });
  });

  it('is not erased while she lives, unless that is asked for; then her names are free', async () => {
    const world = await openNameWorld(tables);
    await settle(world, person('user_a', ADA), person('user_b', ADA));
    expect(await eraseMirrored(erasing(world), 'user_a', options)).toBe('not-due');
    expect(await eraseMirrored(erasing(world), 'user_a', { ...options, whom: 'anyone', inClerk: true })).toBe('erased');
    await world.resolveAll();
    expect(await owners(world)).toMatchObject({ [`email#${ADA}`]: 'user_b' });
    expect(await world.announce(person('user_a', ADA, { asOf: BEGIN + 60_000 }))).toMatchObject({ outcome: 'stale' });
  });

  it('may be nobody', async () => {
    const world = await openNameWorld(tables);
    expect(await eraseMirrored(erasing(world), 'user_a', options)).toBe('absent');
  });

  it('is not relinked to anyone', async () => {
    const world = await openNameWorld(tables, { returningUser: 'relink' });
    await settle(world, person('user_old', ADA));
    await world.apply({ source: 'deletion', id: 'user_old', at: BEGIN });
    await eraseMirrored(erasing(world), 'user_old', options);
    await settle(world, person('user_new', ADA, { record: { clerkCreatedAt: BEGIN } }));
    expect((await world.get('user_new'))?.previousClerkUserId).toBeUndefined();
    expect(await owners(world)).toMatchObject({ [`email#${ADA}`]: 'user_new' });
  });
});

describe('A user who comes back', () => {
  it('inherits what the application kept of her, and only once', async () => {
    const world = await openNameWorld(tables, { returningUser: 'relink' });
    await settle(world, person('user_old', ADA));
    await world.apply({ source: 'deletion', id: 'user_old', at: BEGIN });
    await settle(world, person('user_new', ADA, { record: { clerkCreatedAt: BEGIN } }));
    expect(await world.get('user_new')).toMatchObject({ previousClerkUserId: 'user_old', held: { email: ADA } });
    await settle(world, person('user_new', BEA, { asOf: BEGIN + 60_000, record: { clerkCreatedAt: BEGIN } }));
    await settle(world, person('user_third', ADA, { record: { clerkCreatedAt: BEGIN + 1 } }));
    expect((await world.get('user_third'))?.previousClerkUserId).toBeUndefined();
    expect(await owners(world)).toMatchObject({ [`email#${ADA}`]: 'user_third', [`email#${BEA}`]: 'user_new' });
  });

  it.each([
    ['an older account with the same address', person('user_new', ADA, { record: { clerkCreatedAt: 1 } })],
    [
      'an address that is not verified',
      person('user_new', ADA, { record: { verifiedEmail: null, clerkCreatedAt: BEGIN } }),
    ],
    ['another address', person('user_new', BEA, { record: { clerkCreatedAt: BEGIN } })],
  ])('is not %s', async (_name, user) => {
    const world = await openNameWorld(tables, { returningUser: 'relink' });
    await settle(world, person('user_old', ADA));
    await world.apply({ source: 'deletion', id: 'user_old', at: BEGIN });
    await settle(world, user);
    expect((await world.get('user_new'))?.previousClerkUserId).toBeUndefined();
  });

  it('is not somebody who has had another address and had to wait for this one', async () => {
    const world = await openNameWorld(tables, { returningUser: 'relink' });
    const born = { record: { clerkCreatedAt: BEGIN } };
    await settle(world, person('user_old', ADA), person('user_new', BEA, born));
    await settle(world, person('user_new', ADA, { ...born, asOf: BEGIN + 60_000 }));
    await world.apply({ source: 'deletion', id: 'user_old', at: BEGIN });
    await world.resolveAll();
    expect(await world.get('user_new')).toMatchObject({ held: { email: ADA }, hasHeldEmail: true });
    expect((await world.get('user_new'))?.previousClerkUserId).toBeUndefined();
  });

  it('is nobody’s stranger: who was restored with another address is not remembered by the old one', async () => {
    const world = await openNameWorld(tables, { returningUser: 'relink' });
    await settle(world, person('user_old', ADA));
    await world.apply({ source: 'deletion', id: 'user_old', at: BEGIN });
    const restored = person('user_old', BEA, { asOf: BEGIN + 60_000 });
    await world.apply({ source: 'read', ...restored, seenAt: BEGIN + 600_000, lifts: 'deleted' });
    expect((await world.store.reservation(emailName(ADA))).lastOwner).toBeUndefined();
    await world.apply({ source: 'deletion', id: 'user_old', at: BEGIN + 700_000 });
    await settle(world, person('user_new', ADA, { record: { clerkCreatedAt: BEGIN + 800_000 } }));
    expect((await world.get('user_new'))?.previousClerkUserId).toBeUndefined();
  });

  it('comes without what does not fit beside what she brings', async () => {
    const world = await openNameWorld(tables, { returningUser: 'relink' });
    await settle(world, person('user_old', ADA));
    await world.writeApp('user_old', { text: 'x'.repeat(300_000) });
    await world.apply({ source: 'deletion', id: 'user_old', at: BEGIN });
    const record = { clerkCreatedAt: BEGIN, publicMetadata: { text: 'x'.repeat(200_000) } };
    await settle(world, person('user_new', ADA, { record }));
    expect(await world.get('user_new')).toMatchObject({ held: { email: ADA }, app: {} });
    expect((await world.get('user_new'))?.previousClerkUserId).toBeUndefined();
  });

  it('is not somebody who has had another address', async () => {
    const world = await openNameWorld(tables, { returningUser: 'relink' });
    await settle(world, person('user_old', ADA));
    await world.apply({ source: 'deletion', id: 'user_old', at: BEGIN });
    const born = { record: { clerkCreatedAt: BEGIN } };
    await settle(world, person('user_new', BEA, born), person('user_new', ADA, { ...born, asOf: BEGIN + 60_000 }));
    expect(await world.get('user_new')).toMatchObject({ held: { email: ADA } });
    expect((await world.get('user_new'))?.previousClerkUserId).toBeUndefined();
  });
});

describe('Everybody at once', () => {
  it('64 writers race on one user, each with another address: the newest stands', { timeout: 120_000 }, async () => {
    const world = await openNameWorld(tables);
    const states = Array.from({ length: 64 }, (_, n) => {
      const at = (n * 37) % 64;
      return person('user_a', `a${at}@example.com`, { asOf: BEGIN + at * 60_000, record: { username: `name${at}` } });
    });
    const results = await Promise.all(states.map((state) => world.announce(state)));
    expect(results.every(({ status }) => status === 'settled')).toBe(true);
    expect(await world.get('user_a')).toMatchObject({
      profile: { content: { email: 'a63@example.com' }, version: { asOf: BEGIN + 63 * 60_000 } },
      held: { email: 'a63@example.com', username: 'name63' },
    });
    expect(await owners(world)).toEqual({ 'email#a63@example.com': 'user_a', 'username#name63': 'user_a' });
  });

  const crowd = Array.from({ length: 64 }, (_, n) => `user_${String(n).padStart(2, '0')}xyz${n}`);

  it('64 users race for one email: one has it, 63 wait, and Clerk settles it', { timeout: 120_000 }, async () => {
    const world = await openNameWorld(tables);
    const chosen = crowd[37] ?? '';
    const results = await Promise.all(crowd.map((id) => world.announce(person(id, ADA))));
    expect(results.every(({ status }) => status === 'settled')).toBe(true);
    const raced = await world.audit();
    expect(raced.broken).toEqual([]);
    expect(world.metrics.sum('EmailConflict')).toBe(63);
    for (const id of crowd) world.directory.put(person(id, id === chosen ? ADA : null, { asOf: BEGIN + 60_000 }));
    await world.resolveAll();
    expect(await owners(world)).toMatchObject({ [`email#${ADA}`]: chosen });
    const names = new Set((await Promise.all(crowd.map((id) => world.get(id)))).map((user) => user?.held.username));
    expect(names.size).toBe(64);
  });

  it('resolvers that run at the same time end in the same place', { timeout: 120_000 }, async () => {
    const world = await openNameWorld(tables);
    await settle(world, person('user_a', ADA), person('user_b', BEA), person('user_c', ADA));
    const later = { asOf: BEGIN + 60_000 };
    world.directory.put(person('user_a', BEA, later));
    world.directory.put(person('user_b', null, later));
    await world.announce(person('user_a', BEA, later));
    await Promise.allSettled(
      Array.from({ length: 8 }, () =>
        Promise.all([ADA, BEA].map((email) => resolveName(world.deps, emailName(email)))),
      ),
    );
    await world.resolveAll();
    expect(await owners(world)).toMatchObject({ [`email#${ADA}`]: 'user_c', [`email#${BEA}`]: 'user_a' });
  });

  it('names that nobody has written are settled', async () => {
    const world = await openNameWorld(tables);
    expect(await resolveName(world.deps, username('nobody'))).toBe('settled');
  });
});
