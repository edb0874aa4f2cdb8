import { describe, expect, it } from 'vitest';
import { erase } from '../../../shared/domain/erase.ts';
import { nameChanges } from '../../../shared/domain/name-change.ts';
import type { NameKind, Reservation } from '../../../shared/domain/names.ts';
import { freeName, nameKey } from '../../../shared/domain/names.ts';
import type { KnownNames, NameMove, NamePlan } from '../../../shared/domain/plan-names.ts';
import { planNames } from '../../../shared/domain/plan-names.ts';
import type { HeldNames, MirroredUser, StoredUser, UserRecord } from '../../../shared/domain/user.ts';
import { asStored } from '../../support/domain/builders.ts';
import { aTokenUser, aUser } from '../../support/contracts/users.ts';

const ID = 'user_1abcd';
const ADA = 'ada@example.com';
const BEA = 'bea@example.com';

/** A live user with a verified email and a username, unless the test says otherwise. */
function user(record: Partial<UserRecord> = {}, email: string | null = ADA): MirroredUser {
  return aUser(ID, { email }, { verifiedEmail: ADA, username: 'chosen', ...record });
}

function stored(next: MirroredUser, held: HeldNames): StoredUser {
  return asStored(next, { held });
}

const deleted = (next: MirroredUser): MirroredUser => ({ ...next, tombstone: { deletedAt: 1 } });

/** What has been seen of reservations. */
function seen(...reservations: readonly [NameKind, string, Partial<Reservation>][]): KnownNames {
  const entries = reservations.map(([kind, value, facts]) => {
    const name = { kind, value };
    return [nameKey(name), { ...freeName(name), revision: 1, ...facts }] as const;
  });
  return { seen: new Map(entries) };
}

/** A plan in short: what is held, and each move as `action kind#value`. */
function short({ held, moves }: NamePlan): { held: HeldNames; moves: string[] } {
  return { held, moves: moves.map(({ action, name }) => `${action} ${nameKey(name)}`) };
}

const plan = (...given: Parameters<typeof planNames>) => short(planNames(...given));

const BOTH = { email: ADA, username: 'chosen' };

describe('a user whose reservation was lost', () => {
  const derived = stored(user({ username: null }, BEA), { email: ADA, username: 'ada' });

  it('takes back the names that she holds, a derived one too that another would come first for', () => {
    const known = seen(['email', ADA, {}], ['username', 'ada', {}]);
    expect(plan(derived, derived, known)).toEqual({
      held: { email: ADA, username: 'ada' },
      moves: [`take email#${ADA}`, 'take username#ada'],
    });
  });

  it('waits for the email, and derives another username, where somebody has them', () => {
    const known = seen(['email', ADA, { owner: 'user_x' }], ['username', 'ada', { owner: 'user_x' }]);
    expect(plan(derived, derived, known)).toEqual({
      held: { username: 'bea' },
      moves: [`wait email#${ADA}`, 'take username#bea'],
    });
  });

  it('takes nothing back when she is deleted', () => {
    const known = seen(['email', ADA, {}], ['username', 'ada', {}]);
    expect(plan(derived, deleted(derived), known)).toEqual({ held: {}, moves: [] });
  });
});

describe('a new user', () => {
  it('takes the email and the username that Clerk gives', () => {
    expect(plan(undefined, user())).toEqual({ held: BOTH, moves: [`take email#${ADA}`, 'take username#chosen'] });
  });

  it('takes a derived username where Clerk gives none', () => {
    expect(plan(undefined, user({ username: null }))).toEqual({
      held: { email: ADA, username: 'ada' },
      moves: [`take email#${ADA}`, 'take username#ada'],
    });
  });

  it('takes nothing while only a token has spoken', () => {
    expect(plan(undefined, aTokenUser(ID))).toEqual({ held: {}, moves: [] });
  });

  it('takes nothing when only the deletion has been heard of', () => {
    expect(plan(undefined, deleted(user()))).toEqual({ held: {}, moves: [] });
  });

  it('waits for what another has, and takes the rest', () => {
    const known = seen(['email', ADA, { owner: 'user_other' }]);
    expect(plan(undefined, user(), known)).toEqual({
      held: { username: 'chosen' },
      moves: [`wait email#${ADA}`, 'take username#chosen'],
    });
  });

  it('waits for a username that Clerk gives and another has', () => {
    const known = seen(['username', 'chosen', { owner: 'user_other' }]);
    expect(plan(undefined, user(), known).moves).toEqual([`take email#${ADA}`, 'wait username#chosen']);
  });

  it.each([
    [['ada'], 'ada-abcd'],
    [['ada', 'ada-abcd'], 'ada-1abcd'],
  ])('gives way with a derived one to whoever has %j', (taken, expected) => {
    const known = seen(
      ...taken.map((name): [NameKind, string, Partial<Reservation>] => ['username', name, { owner: 'x' }]),
    );
    expect(plan(undefined, user({ username: null }), known).held.username).toBe(expected);
  });

  it('goes without a username when all derived ones are taken, and waits for none', () => {
    const all = ['ada', 'ada-abcd', 'ada-1abcd'];
    const known = seen(
      ...all.map((name): [NameKind, string, Partial<Reservation>] => ['username', name, { owner: 'x' }]),
    );
    expect(plan(undefined, user({ username: null }), known)).toEqual({
      held: { email: ADA },
      moves: [`take email#${ADA}`],
    });
  });

  it('takes what has been seen free, or her own already', () => {
    const known = seen(['email', ADA, { lastOwner: 'user_other' }], ['username', 'chosen', { owner: ID }]);
    expect(plan(undefined, user(), known)).toEqual({
      held: BOTH,
      moves: [`take email#${ADA}`, 'take username#chosen'],
    });
  });
});

describe('a user whose names have not changed', () => {
  it('moves nothing, whatever else changes', () => {
    expect(plan(stored(user(), BOTH), user({ banned: true }))).toEqual({ held: BOTH, moves: [] });
  });

  it('keeps a derived username when the email changes', () => {
    const before = stored(user({ username: null }), { email: ADA, username: 'ada' });
    expect(plan(before, user({ username: null, verifiedEmail: BEA }, BEA))).toEqual({
      held: { email: BEA, username: 'ada' },
      moves: [`release email#${ADA}`, `take email#${BEA}`],
    });
  });

  it('moves nothing that has been seen to be hers', () => {
    const known = seen(['email', ADA, { owner: ID }], ['username', 'chosen', { owner: ID }]);
    expect(plan(stored(user(), BOTH), user(), known)).toEqual({ held: BOTH, moves: [] });
  });

  it('says with every write that it goes on waiting: a reservation that was lost comes back by it', () => {
    const before = stored(user(), { username: 'chosen' });
    const waits = { held: { username: 'chosen' }, moves: [`wait email#${ADA}`] };
    expect(plan(before, user({ banned: true }))).toEqual(waits);
    expect(plan(before, user(), seen(['email', ADA, { owner: 'user_other', claimants: [ID] }]))).toEqual(waits);
  });

  it('takes what it waited for once it has been seen free', () => {
    const before = stored(user(), { username: 'chosen' });
    expect(plan(before, user(), seen(['email', ADA, { claimants: [ID] }]))).toEqual({
      held: BOTH,
      moves: [`take email#${ADA}`],
    });
  });
});

describe('a user whose names have changed', () => {
  it('releases the old ones and takes the new ones', () => {
    expect(plan(stored(user(), BOTH), user({ verifiedEmail: BEA, username: 'other' }))).toEqual({
      held: { email: BEA, username: 'other' },
      moves: [`release email#${ADA}`, `take email#${BEA}`, 'release username#chosen', 'take username#other'],
    });
  });

  it('releases the old one also when it has to wait for the new one', () => {
    const known = seen(['email', BEA, { owner: 'user_other' }]);
    expect(plan(stored(user(), BOTH), user({ verifiedEmail: BEA }), known)).toEqual({
      held: { username: 'chosen' },
      moves: [`release email#${ADA}`, `wait email#${BEA}`],
    });
  });

  it('releases an email that is not verified any more', () => {
    expect(plan(stored(user(), BOTH), user({ verifiedEmail: null }))).toEqual({
      held: { username: 'chosen' },
      moves: [`release email#${ADA}`],
    });
  });

  it('leaves the queue for the old one', () => {
    expect(plan(stored(user(), { username: 'chosen' }), user({ verifiedEmail: BEA }))).toEqual({
      held: { email: BEA, username: 'chosen' },
      moves: [`leave email#${ADA}`, `take email#${BEA}`],
    });
  });

  it('leaves no queue in which it has been seen not to stand', () => {
    const before = stored(user(), { username: 'chosen' });
    expect(plan(before, user({ verifiedEmail: BEA }), seen(['email', ADA, { owner: 'x' }])).moves).toEqual([
      `take email#${BEA}`,
    ]);
    expect(plan(before, user({ verifiedEmail: BEA }), seen(['email', ADA, { claimants: [ID] }])).moves).toEqual([
      `leave email#${ADA}`,
      `take email#${BEA}`,
    ]);
  });

  it('does not release what has been seen to be another’s', () => {
    const known = seen(['email', ADA, { owner: 'user_other' }]);
    expect(plan(stored(user(), BOTH), user({ verifiedEmail: BEA }), known).moves).toEqual([`take email#${BEA}`]);
    expect(plan(stored(user(), BOTH), user({ verifiedEmail: null }), known).moves).toEqual([]);
    expect(plan(stored(user(), BOTH), user(), known).moves).toEqual([`wait email#${ADA}`]);
  });

  it('takes again what it was believed to hold and nobody has', () => {
    expect(plan(stored(user(), BOTH), user(), seen(['email', ADA, {}])).moves).toEqual([`take email#${ADA}`]);
  });

  it('gives a derived username up for the one that Clerk has chosen', () => {
    const before = stored(user({ username: null }), { email: ADA, username: 'ada' });
    expect(plan(before, user({ username: 'Chosen' }))).toEqual({
      held: BOTH,
      moves: ['release username#ada', 'take username#chosen'],
    });
  });

  it('keeps a derived username that Clerk then chooses', () => {
    const before = stored(user({ username: null }), { email: ADA, username: 'ada' });
    expect(plan(before, user({ username: 'ada' }))).toEqual({ held: { email: ADA, username: 'ada' }, moves: [] });
  });

  it('derives one when Clerk takes the chosen one back', () => {
    expect(plan(stored(user(), BOTH), user({ username: null }))).toEqual({
      held: { email: ADA, username: 'ada' },
      moves: ['release username#chosen', 'take username#ada'],
    });
  });

  it('leaves the queue for a chosen one that Clerk takes back', () => {
    expect(plan(stored(user(), { email: ADA }), user({ username: null })).moves).toEqual([
      'leave username#chosen',
      'take username#ada',
    ]);
  });

  it('takes its names when a record completes it', () => {
    expect(plan(stored(aTokenUser(ID), {}), user()).moves).toEqual([`take email#${ADA}`, 'take username#chosen']);
  });
});

describe('a user who gives a name away', () => {
  const yielding = (key: string): KnownNames => ({ seen: new Map(), yielded: key });

  it('begins to wait for it, if it is hers by Clerk’s word still', () => {
    expect(plan(stored(user(), BOTH), user(), yielding(`email#${ADA}`))).toEqual({
      held: { username: 'chosen' },
      moves: [`release email#${ADA}`, `wait email#${ADA}`],
    });
  });

  it('takes another that is hers by now', () => {
    expect(plan(stored(user(), BOTH), user({ verifiedEmail: BEA }), yielding(`email#${ADA}`)).moves).toEqual([
      `release email#${ADA}`,
      `take email#${BEA}`,
    ]);
  });

  it('takes the next best username for a derived one, of one kind only', () => {
    const before = stored(user({ username: null }), { email: ADA, username: 'ada' });
    expect(plan(before, before, yielding('username#ada'))).toEqual({
      held: { email: ADA, username: 'ada-abcd' },
      moves: ['release username#ada', 'take username#ada-abcd'],
    });
    expect(plan(before, before, yielding('email#ada')).moves).toEqual([]);
  });
});

describe('a deleted user', () => {
  it('leaves her email behind, is remembered for it, and releases her username', () => {
    expect(plan(stored(user(), BOTH), deleted(user()))).toEqual({
      held: {},
      moves: [`retire email#${ADA}`, 'release username#chosen'],
    });
  });

  it('releases a derived username too', () => {
    const before = user({ username: null });
    expect(plan(stored(before, { email: ADA, username: 'ada' }), deleted(before))).toEqual({
      held: {},
      moves: [`retire email#${ADA}`, 'release username#ada'],
    });
  });

  it('leaves every queue', () => {
    expect(plan(stored(user(), {}), deleted(user())).moves).toEqual([`leave email#${ADA}`, 'leave username#chosen']);
  });

  it('has nothing to give when she is deleted again', () => {
    expect(plan(stored(deleted(user()), {}), deleted(user()))).toEqual({ held: {}, moves: [] });
  });

  it('takes her names again when she is restored', () => {
    expect(plan(stored(deleted(user()), {}), user()).moves).toEqual([`take email#${ADA}`, 'take username#chosen']);
  });
});

describe('a user who is erased', () => {
  it('is forgotten where she is remembered', () => {
    const before = stored(deleted(user()), {});
    expect(plan(before, erase(before, 2), seen(['email', ADA, { lastOwner: ID }])).moves).toEqual([
      `forget email#${ADA}`,
    ]);
  });

  it.each([
    ['another is', seen(['email', ADA, { lastOwner: 'user_other' }])],
    ['nobody is', seen(['email', ADA, {}])],
    ['nobody has looked', { seen: new Map() }],
  ])('is not forgotten where %s', (_name, known) => {
    const before = stored(deleted(user()), {});
    expect(plan(before, erase(before, 2), known).moves).toEqual([]);
  });

  it('releases her names while she lives, and is remembered nowhere', () => {
    expect(plan(stored(user(), BOTH), erase(user(), 2))).toEqual({
      held: {},
      moves: [`release email#${ADA}`, 'release username#chosen'],
    });
  });

  it('of whom nothing was stored has nothing to forget', () => {
    expect(plan(undefined, erase(user(), 2), seen(['email', ADA, { lastOwner: ID }])).moves).toEqual([]);
  });

  it('or restored with another address is forgotten where she is remembered by the old one', () => {
    const before = stored(deleted(user()), {});
    const remembered = seen(['email', ADA, { lastOwner: ID }]);
    expect(plan(before, user({ verifiedEmail: BEA }), remembered).moves).toEqual([
      `forget email#${ADA}`,
      `take email#${BEA}`,
      'take username#chosen',
    ]);
    expect(plan(before, user(), remembered).moves).toEqual([`take email#${ADA}`, 'take username#chosen']);
  });

  it('has nothing to forget before she is erased', () => {
    const before = stored(deleted(user()), {});
    expect(plan(before, before, seen(['email', ADA, { lastOwner: ID }])).moves).toEqual([]);
  });
});

describe('erasing', () => {
  it('leaves id, versions and the time of deletion, and no value of the person', () => {
    const full = {
      ...user({ banned: true, deprovisioned: true, externalId: 'crm', publicMetadata: { a: 1 } }),
      tombstone: { deletedAt: 5 },
      restoredAt: 3,
      locked: true,
    };
    expect(erase(full, 9)).toEqual({
      id: ID,
      profile: {
        content: { email: null, firstName: null, lastName: null, imageUrl: null },
        version: full.profile.version,
      },
      record: {
        content: {
          verifiedEmail: null,
          username: null,
          externalId: null,
          banned: true,
          deprovisioned: true,
          publicMetadata: {},
          clerkCreatedAt: 0,
        },
        version: full.record?.version,
      },
      locked: false,
      tombstone: { deletedAt: 5, erasedAt: 9 },
      restoredAt: 3,
    });
  });

  it('makes a tombstone of a live user, and invents no record', () => {
    expect(erase(aTokenUser(ID), 9)).toMatchObject({ tombstone: { deletedAt: 9, erasedAt: 9 } });
    expect(erase(aTokenUser(ID), 9).record).toBeUndefined();
  });
});

describe('what one transaction does to a reservation', () => {
  const name = { kind: 'email', value: ADA } as const;
  const moves = (...actions: NameMove['action'][]): NameMove[] => actions.map((action) => ({ action, name }));
  const nobody = { name, by: 'a#7', waiting: [], leaving: [] };

  it.each([
    ['take', { ...nobody, takenBy: 'a' }],
    ['release', { ...nobody, releasedBy: 'a', isRetired: false }],
    ['retire', { ...nobody, releasedBy: 'a', isRetired: true }],
    ['wait', { ...nobody, waiting: ['a'] }],
    ['leave', { ...nobody, leaving: ['a'] }],
    ['forget', { ...nobody, forgotten: 'a' }],
  ] as const)('is to %s it', (action, expected) => {
    expect(nameChanges([{ userId: 'a', revision: 7, moves: moves(action) }])).toEqual([expected]);
  });

  it('is all that its users do', () => {
    expect(
      nameChanges([
        { userId: 'a', revision: 7, moves: moves('release', 'wait') },
        { userId: 'b', revision: 7, moves: moves('take') },
        { userId: 'c', revision: 7, moves: moves('wait') },
        { userId: 'd', revision: 7, moves: moves('leave') },
        { userId: 'e', revision: 7, moves: moves('leave') },
      ]),
    ).toEqual([
      { ...nobody, takenBy: 'b', releasedBy: 'a', isRetired: false, waiting: ['a', 'c'], leaving: ['d', 'e'] },
    ]);
  });

  it('is apart for each name', () => {
    const other = { kind: 'username', value: ADA } as const;
    const changes = nameChanges([
      { userId: 'a', revision: 7, moves: [...moves('take'), { action: 'release', name: other }] },
    ]);
    expect(changes.map((change) => nameKey(change.name))).toEqual([`email#${ADA}`, `username#${ADA}`]);
  });

  it('names the last owner from whom an email is inherited, and of no username', () => {
    const username = { kind: 'username', value: 'ada' } as const;
    const all = [...moves('take'), { action: 'take' as const, name: username }];
    const [email, name] = nameChanges([{ userId: 'a', revision: 7, moves: all, inheritFrom: 'b' }]);
    expect(email).toEqual({ ...nobody, takenBy: 'a', inheritedFrom: 'b' });
    expect(name).not.toHaveProperty('inheritedFrom');
    expect(nameChanges([{ userId: 'a', revision: 7, moves: moves('take') }])[0]).not.toHaveProperty('inheritedFrom');
  });
});
