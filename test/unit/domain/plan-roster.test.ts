import { describe, expect, it } from 'vitest';
import { erase } from '../../../shared/domain/erase.ts';
import type { NameMove } from '../../../shared/domain/plan-names.ts';
import type { RosterUser } from '../../../shared/domain/plan-roster.ts';
import { planRoster, rosterEmails } from '../../../shared/domain/plan-roster.ts';
import type { RosterEntry } from '../../../shared/domain/roster.ts';
import { cohortOf, defaultEntry, linkedTo, unlinked } from '../../../shared/domain/roster.ts';
import type { StoredUser } from '../../../shared/domain/user.ts';
import { aUser } from '../../support/contracts/users.ts';

const NOW = 1_000;
const ADA = 'ada@example.com';
const BEA = 'bea@example.com';

const entry = (email: string, userId?: string, origin: RosterEntry['origin'] = 'registered'): RosterEntry => ({
  email,
  attributes: {},
  cohort: undefined,
  origin,
  link: userId === undefined ? undefined : { userId, at: 1 },
  createdAt: 1,
  updatedAt: 1,
  revision: 3,
});

const stored = (id: string, rosterEmail?: string): StoredUser => ({
  ...aUser(id),
  revision: 1,
  createdAt: 1,
  updatedAt: 1,
  changedBy: 'webhook',
  app: {},
  held: {},
  ...(rosterEmail !== undefined && { rosterEmail }),
});

const move = (action: NameMove['action'], value: string): NameMove => ({ action, name: { kind: 'email', value } });

const user = (id: string, rosterEmail: string | undefined, ...moves: NameMove[]): RosterUser => ({
  stored: stored(id, rosterEmail),
  next: aUser(id),
  moves,
});

/** Who has which entry after the plan, of those that are known or change. */
function after(users: readonly RosterUser[], known: readonly RosterEntry[]) {
  const read = new Map(known.map((each) => [each.email, each]));
  const { links, changes } = planRoster(users, read, {}, NOW);
  const entries = new Map([...read, ...changes.map((change) => [change.email, change.after] as const)]);
  return {
    links: Object.fromEntries(links),
    entries: Object.fromEntries([...entries].map(([email, each]) => [email, each && (each.link?.userId ?? 'nobody')])),
  };
}

describe('what a write does to the roster', () => {
  it.each([
    ['a free entry is taken', user('a', undefined, move('take', ADA)), [entry(ADA)], { a: ADA }, { [ADA]: 'a' }],
    ['a missing one is made', user('a', undefined, move('take', ADA)), [], { a: ADA }, { [ADA]: 'a' }],
    ['one of another stays', user('a', undefined, move('take', ADA)), [entry(ADA, 'b')], {}, { [ADA]: 'b' }],
    [
      'one that is hers already, as it says itself, is noted with her',
      user('a', undefined, move('take', ADA)),
      [entry(ADA, 'a')],
      { a: ADA },
      { [ADA]: 'a' },
    ],
    [
      'a made one goes with its address',
      user('a', ADA, move('release', ADA), move('take', BEA)),
      [entry(ADA, 'a', 'default')],
      { a: BEA },
      { [ADA]: undefined, [BEA]: 'a' },
    ],
    [
      'a registered one stays hers',
      user('a', ADA, move('release', ADA), move('take', BEA)),
      [entry(ADA, 'a')],
      {},
      { [ADA]: 'a' },
    ],
    [
      'a registered one makes room for another',
      user('a', ADA, move('release', ADA), move('take', BEA)),
      [entry(ADA, 'a'), entry(BEA)],
      { a: BEA },
      { [ADA]: 'nobody', [BEA]: 'a' },
    ],
    [
      'a link that only her own item knows of is forgotten',
      user('a', ADA, move('release', ADA)),
      [entry(ADA, 'b')],
      { a: undefined },
      { [ADA]: 'b' },
    ],
    [
      'nobody takes what somebody waits for',
      user('a', undefined, move('wait', ADA)),
      [entry(ADA)],
      {},
      { [ADA]: 'nobody' },
    ],
  ])('%s', (_name, written, known, links, entries) => {
    expect(after([written], known)).toEqual({ links, entries });
  });

  it.each([
    ['registered', 'nobody'],
    ['default', undefined],
  ] as const)('an erasure lets go of a %s entry', (origin, left) => {
    const erased = { stored: stored('a', ADA), next: erase(aUser('a'), NOW), moves: [] };
    expect(after([erased], [entry(ADA, 'a', origin)])).toEqual({ links: { a: undefined }, entries: { [ADA]: left } });
  });

  it('made entries follow two who swap their addresses', () => {
    const swap = [
      user('a', ADA, move('release', ADA), move('take', BEA)),
      user('b', BEA, move('release', BEA), move('take', ADA)),
    ];
    expect(after(swap, [entry(ADA, 'a', 'default'), entry(BEA, 'b', 'default')])).toEqual({
      links: { a: BEA, b: ADA },
      entries: { [ADA]: 'b', [BEA]: 'a' },
    });
  });

  it('is of concern to it only when an address moves, or somebody is erased or comes back', () => {
    const { next } = user('a', ADA);
    const concerns = (write: Partial<RosterUser>, isOn = true): readonly string[] =>
      rosterEmails({ ...user('a', ADA), ...write }, isOn);
    expect(concerns({})).toEqual([]);
    expect(
      concerns({ moves: [move('wait', BEA), { action: 'take', name: { kind: 'username', value: 'a' } }] }),
    ).toEqual([]);
    expect(concerns({ moves: [move('take', BEA)] })).toEqual([ADA, BEA]);
    expect(concerns({ moves: [move('take', BEA)] }, false)).toEqual([]);
    expect(concerns({ next: erase(next, NOW) }, false)).toEqual([ADA]);
    expect(concerns({ stored: { ...stored('a', ADA), tombstone: { deletedAt: 1 } } })).toEqual([ADA]);
  });
});

describe('a cohort that a link gave', () => {
  const rule = { metadataKey: 'cohort' };
  const of = (id: string, cohort?: string) => aUser(id, {}, { publicMetadata: cohort === undefined ? {} : { cohort } });
  const bare = entry(ADA);

  it('goes with the link', () => {
    const linked = linkedTo(bare, of('a', 'spring'), rule, NOW);
    expect(linked).toMatchObject({ cohort: 'spring', link: { userId: 'a', gaveCohort: true } });
    expect(unlinked(linked, NOW)).toMatchObject({ cohort: undefined, link: undefined });
  });

  it('stays with the person who comes back as somebody else, and goes with that link', () => {
    const again = linkedTo(linkedTo(bare, of('a', 'spring'), rule, NOW), of('b', 'autumn'), rule, NOW);
    expect(again).toMatchObject({ cohort: 'spring', link: { userId: 'b', gaveCohort: true } });
    expect(unlinked(again, NOW).cohort).toBeUndefined();
  });

  it('is none where the entry has its own, which stays, or where there is none', () => {
    const own = linkedTo({ ...bare, cohort: 'winter' }, of('a', 'spring'), rule, NOW);
    expect(own).toMatchObject({ cohort: 'winter', link: { userId: 'a', at: NOW } });
    expect(own.link).not.toHaveProperty('gaveCohort');
    expect(unlinked(own, NOW).cohort).toBe('winter');
    const none = linkedTo(bare, of('a'), rule, NOW);
    expect([none.cohort, none.link]).toEqual([undefined, { userId: 'a', at: NOW }]);
  });

  it('is that of an entry with defaults', () => {
    expect(defaultEntry(ADA, of('a', 'spring'), rule, NOW).link).toEqual({ userId: 'a', at: NOW, gaveCohort: true });
    expect(defaultEntry(ADA, of('a'), rule, NOW).link).toEqual({ userId: 'a', at: NOW });
  });
});

describe('a cohort', () => {
  const rule = { metadataKey: 'cohort', fallback: 'open' };
  const named = (publicMetadata: Record<string, string | number | null>) => aUser('a', {}, { publicMetadata });

  it.each([
    ['what the public metadata name', named({ cohort: 'spring' }), 'spring'],
    ['the configured one where they name none', named({}), 'open'],
    ['the configured one where it is no text', named({ cohort: 7 }), 'open'],
    ['the configured one where it is empty', named({ cohort: '' }), 'open'],
    ['the configured one where it is endless', named({ cohort: 'x'.repeat(257) }), 'open'],
  ])('is %s', (_name, who, cohort) => {
    expect(cohortOf(who, rule)).toBe(cohort);
  });

  it('is never a member that every object has', () => {
    expect(cohortOf(named({}), { metadataKey: 'constructor' })).toBeUndefined();
  });
});
