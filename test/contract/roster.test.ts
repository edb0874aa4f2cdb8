import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DirectoryUser } from '../../shared/ports/user-directory.ts';
import { eraseUser } from '../../shared/sync/admin/erase-user.ts';
import { restoreUser } from '../../shared/sync/admin/restore-user.ts';
import { applySnapshot } from '../../shared/sync/apply-snapshot.ts';
import { resolveName } from '../../shared/sync/names/resolve-name.ts';
import { lookUpUser } from '../../shared/sync/read-user.ts';
import { deleteEntry } from '../../shared/sync/roster/delete-entry.ts';
import { linkRoster } from '../../shared/sync/roster/link-roster.ts';
import { putEntry } from '../../shared/sync/roster/put-entry.ts';
import { unlinkRoster } from '../../shared/sync/roster/unlink-roster.ts';
import { startTestTables } from '../support/dynamodb/test-tables.ts';
import type { TestTables } from '../support/dynamodb/test-tables.ts';
import { emailName, person } from '../support/names/name-world.ts';
import type { Mirror } from '../support/retention/mirror.ts';
import { BEGIN, openMirror } from '../support/retention/mirror.ts';

let tables: TestTables;
beforeAll(async () => {
  tables = await startTestTables();
});
afterAll(() => tables.close());

const ADA = 'ada@example.com';
const BEA = 'bea@example.com';
const MINUTE_MS = 60_000;

const register = (mirror: Mirror, email = ADA) => putEntry(mirror.deps, { email, attributes: { role: 'poet' } });

const later = (id: string, email: string | null, minutes = 1): DirectoryUser =>
  person(id, email, { asOf: BEGIN + minutes * MINUTE_MS });

/** Who is linked to whom, from both sides: they must agree. */
async function links(mirror: Mirror): Promise<Record<string, string>> {
  const items = await mirror.items();
  const fromEntries = items.flatMap(({ pk, linkedUserId }) =>
    typeof linkedUserId === 'string' ? [[String(pk).replace('roster#', ''), linkedUserId] as const] : [],
  );
  const live = items.filter(({ pk, deletedAt }) => String(pk).startsWith('user#') && deletedAt === undefined);
  for (const { id, rosterEmail } of live) {
    expect(fromEntries.filter(([, userId]) => userId === id).map(([email]) => email)).toEqual(
      rosterEmail === undefined ? [] : [rosterEmail],
    );
  }
  return Object.fromEntries(fromEntries);
}

describe('Whoever takes a verified address is linked to its entry', () => {
  const paths: readonly [string, (mirror: Mirror, user: DirectoryUser) => Promise<unknown>][] = [
    ['by a webhook', (mirror, user) => mirror.signUp(user)],
    [
      'by a run',
      (mirror, user) => {
        mirror.clerk.add(user);
        return mirror.run();
      },
    ],
    [
      'by a request of hers',
      async (mirror, user) => {
        mirror.clerk.add(user);
        const read = await lookUpUser(mirror.deps, user.id, 'none');
        if (read !== 'absent') await applySnapshot(mirror.deps, read, { path: 'on-demand', budgetMs: 5_000 });
      },
    ],
    [
      'by an admin who restores her',
      async (mirror, user) => {
        await mirror.apply({ source: 'deletion', id: user.id, at: BEGIN });
        mirror.clerk.add(user);
        await mirror.passDays(1);
        return restoreUser(mirror.deps, user.id);
      },
    ],
  ];

  it.each(paths)('%s', async (_name, bring) => {
    const mirror = await openMirror(tables);
    await register(mirror);
    await bring(mirror, person('user_ada', 'Ada@Example.com'));
    expect(await mirror.entry(ADA)).toMatchObject({
      attributes: { role: 'poet' },
      origin: 'registered',
      link: { userId: 'user_ada', at: mirror.clock.now() },
    });
    expect(await links(mirror)).toEqual({ [ADA]: 'user_ada' });
    expect(await mirror.get('user_ada')).toMatchObject({ rosterEmail: ADA, app: {} });
  });

  it('not by a token, which says nothing of verification, and not while the address is unverified', async () => {
    const mirror = await openMirror(tables);
    await register(mirror);
    const claims = { email: ADA, firstName: null, lastName: null, imageUrl: null };
    await mirror.apply({ source: 'token', id: 'user_ada', claims, asOf: BEGIN });
    await mirror.signUp(person('user_eve', ADA, { record: { verifiedEmail: null } }));
    expect(await links(mirror)).toEqual({});
    await mirror.signUp(later('user_ada', ADA));
    expect(await links(mirror)).toEqual({ [ADA]: 'user_ada' });
  });

  it('and nobody has registered her: an entry with defaults is made', async () => {
    const mirror = await openMirror(tables, { roster: { cohort: { metadataKey: 'cohort', fallback: 'open' } } });
    await mirror.signUp(person('user_ada', ADA, { record: { publicMetadata: { cohort: 'spring' } } }));
    await mirror.signUp(person('user_bea', BEA, { record: { publicMetadata: { cohort: 7 } } }));
    expect(await mirror.entry(ADA)).toMatchObject({ origin: 'default', attributes: {}, cohort: 'spring' });
    expect(await mirror.entry(BEA)).toMatchObject({ cohort: 'open', link: { userId: 'user_bea' } });
    await register(mirror);
    expect(await mirror.entry(ADA)).toMatchObject({
      origin: 'registered',
      cohort: 'spring',
      attributes: { role: 'poet' },
    });
    expect(await links(mirror)).toEqual({ [ADA]: 'user_ada', [BEA]: 'user_bea' });
  });

  it('whose own cohort stands', async () => {
    const mirror = await openMirror(tables, { roster: { cohort: { metadataKey: 'cohort', fallback: 'open' } } });
    await putEntry(mirror.deps, { email: ADA, cohort: 'winter' });
    await mirror.signUp(person('user_ada', ADA, { record: { publicMetadata: { cohort: 'spring' } } }));
    expect((await mirror.entry(ADA))?.cohort).toBe('winter');
  });

  it('whose cohort by her metadata goes with her, and one that was registered stays', async () => {
    const mirror = await openMirror(tables, { roster: { cohort: { metadataKey: 'cohort' } } });
    await register(mirror);
    await putEntry(mirror.deps, { email: BEA });
    for (const [id, email] of [
      ['user_ada', ADA],
      ['user_bea', BEA],
    ] as const) {
      await mirror.signUp(person(id, email, { record: { publicMetadata: { cohort: 'oncology' } } }));
      if (id === 'user_bea') await putEntry(mirror.deps, { email, cohort: 'winter' });
      mirror.clerk.users.delete(id);
      expect(await eraseUser(mirror.deps, id)).toBe('erased');
    }
    expect(await mirror.entry(ADA)).toMatchObject({ attributes: { role: 'poet' }, cohort: undefined, link: undefined });
    expect(await mirror.entry(BEA)).toMatchObject({ cohort: 'winter', link: undefined });
    const next = later('user_next', ADA);
    await mirror.signUp({ ...next, record: { ...next.record, publicMetadata: { cohort: 'choir' } } });
    expect(await mirror.entry(ADA)).toMatchObject({ cohort: 'choir', link: { userId: 'user_next' } });
  });

  it('once, whoever races for it', async () => {
    const mirror = await openMirror(tables);
    await register(mirror);
    const users = Array.from({ length: 12 }, (_, n) => person(`user_${n}`, ADA));
    const results = await Promise.all(users.map((user) => mirror.signUp(user)));
    expect(results.every(({ status }) => status === 'settled')).toBe(true);
    const owner = (await mirror.deps.store.reservation(emailName(ADA))).owner;
    expect(await links(mirror)).toEqual({ [ADA]: owner });
  });

  it('while an admin edits it at the same moment: neither is lost', async () => {
    const mirror = await openMirror(tables);
    await register(mirror);
    await Promise.all([
      mirror.signUp(person('user_ada', ADA)),
      ...Array.from({ length: 6 }, (_, n) => putEntry(mirror.deps, { email: ADA, attributes: { n } })),
    ]);
    expect(await links(mirror)).toEqual({ [ADA]: 'user_ada' });
    expect(await mirror.entry(ADA)).toMatchObject({ attributes: { n: expect.any(Number) as number } });
  });
});

describe('Whoever waits for an address', () => {
  it('is not linked before it is hers, and then is', async () => {
    const mirror = await openMirror(tables);
    await mirror.signUp(person('user_eve', ADA));
    await mirror.signUp(person('user_ada', ADA));
    expect(await links(mirror)).toEqual({ [ADA]: 'user_eve' });
    mirror.clerk.add(later('user_eve', BEA));
    await resolveName(mirror.deps, emailName(ADA));
    expect(await links(mirror)).toEqual({ [ADA]: 'user_ada', [BEA]: 'user_eve' });
  });

  it('finds a registered entry still linked to the one who had the address before', async () => {
    const mirror = await openMirror(tables);
    await register(mirror);
    await mirror.signUp(person('user_eve', ADA));
    await mirror.signUp(person('user_ada', ADA));
    await mirror.signUp(later('user_eve', BEA));
    await resolveName(mirror.deps, emailName(ADA));
    expect((await mirror.get('user_ada'))?.held.email).toBe(ADA);
    expect(await links(mirror)).toEqual({ [ADA]: 'user_eve' });
  });

  it('and has a username that another gives away takes nothing from that one’s entry', async () => {
    const mirror = await openMirror(tables);
    await mirror.signUp(person('user_ada', ADA, { record: { username: 'poet' } }));
    mirror.clerk.add(later('user_ada', ADA));
    await mirror.signUp(person('user_bea', BEA, { record: { username: 'poet' } }));
    await resolveName(mirror.deps, { kind: 'username', value: 'poet' });
    expect((await mirror.get('user_bea'))?.held.username).toBe('poet');
    expect(await links(mirror)).toEqual({ [ADA]: 'user_ada', [BEA]: 'user_bea' });
  });

  it('swaps with the other, and the entries that were made for them follow', async () => {
    const mirror = await openMirror(tables);
    await mirror.signUp(person('user_ada', ADA));
    await mirror.signUp(person('user_bea', BEA));
    mirror.clerk.add(later('user_bea', ADA));
    await mirror.signUp(later('user_ada', BEA));
    await resolveName(mirror.deps, emailName(BEA));
    expect((await mirror.get('user_ada'))?.held.email).toBe(BEA);
    expect(await links(mirror)).toEqual({ [ADA]: 'user_bea', [BEA]: 'user_ada' });
  });
});

describe('A user who changes her address', () => {
  it('is linked to the registered entry of the new one, and the made one goes', async () => {
    const mirror = await openMirror(tables);
    await register(mirror, BEA);
    await mirror.signUp(person('user_ada', ADA));
    await mirror.signUp(later('user_ada', BEA));
    expect(await links(mirror)).toEqual({ [BEA]: 'user_ada' });
    expect(await mirror.entry(ADA)).toBeUndefined();
  });

  it('leaves the registered one that she had to whoever has that address next', async () => {
    const mirror = await openMirror(tables);
    await register(mirror, ADA);
    await register(mirror, BEA);
    await mirror.signUp(person('user_ada', ADA));
    await mirror.signUp(later('user_ada', BEA));
    expect(await links(mirror)).toEqual({ [BEA]: 'user_ada' });
    await mirror.signUp(later('user_new', ADA));
    expect(await links(mirror)).toEqual({ [BEA]: 'user_ada', [ADA]: 'user_new' });
  });

  it('keeps the registered one when nobody has registered the new address', async () => {
    const mirror = await openMirror(tables);
    await register(mirror);
    await mirror.signUp(person('user_ada', ADA));
    await mirror.signUp(later('user_ada', BEA));
    await mirror.signUp(later('user_ada', null, 2));
    await mirror.signUp(later('user_ada', BEA, 3));
    expect(await links(mirror)).toEqual({ [ADA]: 'user_ada' });
    expect(await mirror.entry(BEA)).toBeUndefined();
  });

  it('keeps none of another user', async () => {
    const mirror = await openMirror(tables);
    await register(mirror);
    await mirror.signUp(person('user_eve', ADA));
    await mirror.signUp(later('user_eve', 'eve@example.com'));
    await mirror.signUp(person('user_ada', BEA));
    await mirror.signUp(later('user_ada', ADA, 2));
    expect(await links(mirror)).toEqual({ [ADA]: 'user_eve' });
  });
});

describe('A deleted user', () => {
  it('keeps a registered entry for her restoration; one that was made goes and is made again', async () => {
    const mirror = await openMirror(tables);
    await register(mirror);
    for (const [id, email] of [
      ['user_ada', ADA],
      ['user_bea', BEA],
    ] as const) {
      await mirror.signUp(person(id, email));
      await mirror.apply({ source: 'deletion', id, at: BEGIN });
    }
    expect(await links(mirror)).toEqual({ [ADA]: 'user_ada' });
    await mirror.passDays(1);
    await mirror.run();
    expect(await links(mirror)).toEqual({ [ADA]: 'user_ada', [BEA]: 'user_bea' });
    expect((await mirror.entry(ADA))?.attributes).toEqual({ role: 'poet' });
  });

  it('who comes back as somebody else is a stranger, and her entry is not for strangers before she is erased', async () => {
    const mirror = await openMirror(tables);
    await register(mirror);
    await mirror.signUp(person('user_old', ADA));
    await mirror.leave('user_old');
    await mirror.signUp(later('user_new', ADA));
    expect(await links(mirror)).toEqual({ [ADA]: 'user_old' });
    expect((await mirror.get('user_new'))?.rosterEmail).toBeUndefined();
    await mirror.passDays(31);
    await mirror.run();
    expect(await links(mirror)).toEqual({});
    expect(await linkRoster(mirror.deps, ADA, 'user_new')).toBe('linked');
  });

  it('hands her link on to the one as whom she comes back, whatever address it is of', async () => {
    const mirror = await openMirror(tables, { returningUser: 'relink' });
    await register(mirror);
    await mirror.signUp(person('user_old', ADA));
    await mirror.signUp(later('user_old', BEA));
    await mirror.writeApp('user_old', { bio: 'Poet' });
    await mirror.leave('user_old');
    await mirror.signUp(person('user_new', BEA, { asOf: BEGIN + 2 * MINUTE_MS, record: { clerkCreatedAt: BEGIN } }));
    expect(await mirror.get('user_new')).toMatchObject({ rosterEmail: ADA, previousClerkUserId: 'user_old' });
    expect(await links(mirror)).toEqual({ [ADA]: 'user_new' });
    await eraseUser(mirror.deps, 'user_old');
    expect(await links(mirror)).toEqual({ [ADA]: 'user_new' });
    expect((await mirror.get('user_new'))?.app).toEqual({ bio: 'Poet' });
  });

  it('who is restored after that has no entry any more', async () => {
    const mirror = await openMirror(tables, { returningUser: 'relink' });
    await register(mirror);
    await mirror.signUp(person('user_old', ADA));
    await mirror.apply({ source: 'deletion', id: 'user_old', at: BEGIN });
    await mirror.signUp(person('user_new', ADA, { record: { clerkCreatedAt: BEGIN } }));
    await mirror.passDays(1);
    expect(await restoreUser(mirror.deps, 'user_old')).toMatchObject({ status: 'restored' });
    expect((await mirror.get('user_old'))?.rosterEmail).toBeUndefined();
    expect(await links(mirror)).toEqual({ [ADA]: 'user_new' });
  });
});

describe('A user who is erased', () => {
  it.each([true, false])(
    'lets go of a registered entry, and leaves nothing of a made one (roster on: %s)',
    async (isOn) => {
      const mirror = await openMirror(tables);
      await register(mirror);
      await mirror.signUp(person('user_ada', ADA));
      await mirror.signUp(person('user_bea', BEA));
      const deps = { ...mirror.deps, roster: { ...mirror.deps.roster, isOn } };
      for (const id of ['user_ada', 'user_bea']) await eraseUser(deps, id, { evenIfClerkHas: true });
      expect(await links(mirror)).toEqual({});
      const text = JSON.stringify(await mirror.items());
      expect(text).not.toContain('bea@');
      expect(text.split('ada@').length).toBeGreaterThan(1);
      expect(await mirror.entry(ADA)).toMatchObject({ origin: 'registered', attributes: { role: 'poet' } });
      await mirror.signUp(later('user_new', ADA));
      expect(await links(mirror)).toEqual({ [ADA]: 'user_new' });
    },
  );

  it('and comes back is linked like anybody new', async () => {
    const mirror = await openMirror(tables);
    await register(mirror);
    await mirror.signUp(person('user_ada', ADA));
    await eraseUser(mirror.deps, 'user_ada', { evenIfClerkHas: true });
    await mirror.passDays(1);
    expect(await restoreUser(mirror.deps, 'user_ada')).toMatchObject({ status: 'restored' });
    expect(await links(mirror)).toEqual({ [ADA]: 'user_ada' });
  });
});

describe('Without a roster', () => {
  it('nobody is linked, and what was linked before stays', async () => {
    const mirror = await openMirror(tables, { roster: { isOn: false } });
    await register(mirror);
    await mirror.signUp(person('user_ada', ADA));
    await mirror.signUp(later('user_ada', BEA));
    await mirror.leave('user_ada');
    expect(await links(mirror)).toEqual({});
    expect(await mirror.entry(BEA)).toBeUndefined();
  });
});

describe('An admin', () => {
  it('registers a person by an address in any spelling, and again', async () => {
    const mirror = await openMirror(tables);
    expect(await putEntry(mirror.deps, { email: ' ADA@Example.com ', cohort: 'spring' })).toMatchObject({
      status: 'created',
      entry: { email: ADA, origin: 'registered', cohort: 'spring', link: undefined },
    });
    await mirror.pass(1);
    expect(await putEntry(mirror.deps, { email: ADA, attributes: { a: [1, { b: null }] } })).toMatchObject({
      status: 'updated',
      entry: { cohort: 'spring', attributes: { a: [1, { b: null }] }, createdAt: BEGIN, updatedAt: BEGIN + 1 },
    });
  });

  it.each([
    ['no address', { email: '' }, /^email must be one address/],
    ['two addresses', { email: 'a@x, b@x' }, /^email/],
    ['an address that is a key of another kind', { email: 'user#a@x' }, /^email/],
    ['an address without end', { email: `${'x'.repeat(250)}@example.com` }, /254 bytes/],
    ['an empty cohort', { email: ADA, cohort: '' }, /^cohort/],
    ['half a letter', { email: ADA, cohort: '\uD83D' }, /^cohort/],
    ['more than it keeps', { email: ADA, attributes: { text: 'x'.repeat(17_000) } }, /16384 bytes/],
    ['a number that is not kept', { email: ADA, attributes: { n: [2 ** 53] } }, /integers/],
    ['a name that is not kept', { email: ADA, attributes: { '': 1 } }, /names/],
    ['a name of JavaScript', { email: ADA, attributes: JSON.parse('{"__proto__":1}') as object }, /names/],
    [
      'too many levels',
      { email: ADA, attributes: { l: JSON.parse('['.repeat(20) + ']'.repeat(20)) as null } },
      /levels/,
    ],
  ])('is told what is wrong with an entry: %s', async (_name, input, message) => {
    const mirror = await openMirror(tables);
    const result = await putEntry(mirror.deps, input as Parameters<typeof putEntry>[1]);
    expect(result).toMatchObject({ status: 'invalid', problems: [expect.stringMatching(message) as string] });
  });

  it('links a user to an entry of any address, and the made one makes room', async () => {
    const mirror = await openMirror(tables);
    await register(mirror, BEA);
    await mirror.signUp(person('user_ada', ADA));
    expect(await linkRoster(mirror.deps, ' Bea@example.com', 'user_ada')).toBe('linked');
    expect(await links(mirror)).toEqual({ [BEA]: 'user_ada' });
    expect(await mirror.entry(ADA)).toBeUndefined();
    expect(await mirror.get('user_ada')).toMatchObject({ changedBy: 'admin', held: { email: ADA } });
  });

  it('is refused a link with the reason', async () => {
    const mirror = await openMirror(tables);
    for (const email of [ADA, BEA, 'cea@example.com']) await register(mirror, email);
    await mirror.signUp(person('user_ada', ADA));
    await mirror.signUp(person('user_dan', 'dan@example.com'));
    await mirror.signUp(person('user_gone', 'gone@example.com'));
    await mirror.leave('user_gone');
    const link = (email: string, id: string) => linkRoster(mirror.deps, email, id);
    expect(await link('nobody@example.com', 'user_ada')).toBe('unknown-entry');
    expect(await link(BEA, 'user_nobody')).toBe('unknown-user');
    expect(await link(BEA, 'user_gone')).toBe('deleted-user');
    expect(await link(ADA, 'user_ada')).toBe('already-linked');
    expect(await link(ADA, 'user_dan')).toBe('linked-to-another');
    expect(await link(BEA, 'user_ada')).toBe('user-has-another');
    expect(await links(mirror)).toEqual({ [ADA]: 'user_ada', 'dan@example.com': 'user_dan' });
  });

  it('who links two users to one entry at once links one', async () => {
    const mirror = await openMirror(tables);
    await register(mirror);
    for (const id of ['user_a', 'user_b', 'user_c']) await mirror.signUp(person(id, `${id}@example.com`));
    const results = await Promise.all(['user_a', 'user_b', 'user_c'].map((id) => linkRoster(mirror.deps, ADA, id)));
    expect(results.toSorted()).toEqual(['linked', 'linked-to-another', 'linked-to-another']);
    expect(Object.keys(await links(mirror))).toHaveLength(3);
  });

  it('links a user who waits for a name, who goes on waiting', async () => {
    const mirror = await openMirror(tables);
    await register(mirror, BEA);
    await mirror.signUp(person('user_eve', ADA));
    await mirror.signUp(person('user_ada', ADA));
    expect(await linkRoster(mirror.deps, BEA, 'user_ada')).toBe('linked');
    expect((await mirror.deps.store.reservation(emailName(ADA))).claimants).toEqual(['user_ada']);
  });

  it('takes an entry from its user, deletes it then, and not before', async () => {
    const mirror = await openMirror(tables);
    await register(mirror);
    await mirror.signUp(person('user_ada', ADA));
    await mirror.signUp(person('user_bea', BEA));
    expect(await deleteEntry(mirror.deps, ADA)).toBe('linked');
    expect(await unlinkRoster(mirror.deps, ADA)).toBe('unlinked');
    expect(await unlinkRoster(mirror.deps, ADA)).toBe('not-linked');
    expect(await unlinkRoster(mirror.deps, BEA)).toBe('unlinked');
    expect(await unlinkRoster(mirror.deps, BEA)).toBe('unknown-entry');
    expect(await links(mirror)).toEqual({});
    expect(await deleteEntry(mirror.deps, ADA)).toBe('deleted');
    expect(await deleteEntry(mirror.deps, ADA)).toBe('unknown-entry');
  });

  it('takes an entry also from a user who is not there any more', async () => {
    const mirror = await openMirror(tables);
    await register(mirror);
    await mirror.signUp(person('user_ada', ADA));
    await mirror.leave('user_ada');
    expect(await unlinkRoster(mirror.deps, ADA)).toBe('unlinked');
    await register(mirror, BEA);
    const entry = await mirror.entry(BEA);
    const after = entry && { ...entry, link: { userId: 'user_ghost', at: 1 }, revision: entry.revision + 1 };
    await mirror.deps.roster.store.change({ email: BEA, before: entry, after });
    expect(await unlinkRoster(mirror.deps, BEA)).toBe('unlinked');
    expect(await links(mirror)).toEqual({});
  });
});
