import { describe, expect, it } from 'vitest';
import { compareFields, compareSides, isDrift } from '../../../infra/local/console/view/mirrored.ts';
import { MirrorView } from '../../../infra/local/console/view/mirror.ts';

const USER = {
  id: 'user_ada',
  first_name: 'Ada',
  last_name: '',
  username: null,
  image_url: 'https://img.example.com/ada',
  external_id: null,
  banned: false,
  deprovisioned: false,
  public_metadata: { plan: 'pro', seats: [1, 2] },
  primary_email_address_id: 'idn_2',
  email_addresses: [
    { id: 'idn_1', email_address: 'old@example.com', verification: { status: 'verified' } },
    { id: 'idn_2', email_address: 'Ada@Example.com', verification: { status: 'verified' } },
  ],
  created_at: 1_790_000_000_000,
  updated_at: 1_790_000_000_500,
};

const ITEM = {
  pk: 'user#user_ada',
  email: 'Ada@Example.com',
  verifiedEmail: 'ada@example.com',
  firstName: 'Ada',
  lastName: null,
  username: 'ada',
  usernameDerived: true,
  imageUrl: 'https://img.example.com/ada',
  externalId: null,
  banned: false,
  deprovisioned: false,
  publicMetadata: { seats: [1, 2], plan: 'pro' },
  clerkCreatedAt: 1_790_000_000_000,
  revision: 3,
  changedBy: 'webhook',
};

describe('A user in Clerk and her row', () => {
  it('are the same when every field is, a derived username aside', () => {
    expect(compareSides(USER, ITEM)).toEqual({ standing: 'same', differing: [] });
    expect(compareFields(USER, ITEM).find(({ field }) => field === 'username')).toMatchObject({
      clerk: null,
      table: 'ada',
      same: true,
      note: expect.stringContaining('derived') as unknown,
    });
  });

  it.each([
    ['email', { email: 'ada@example.com' }],
    ['verifiedEmail', { verifiedEmail: null }],
    ['firstName', { firstName: 'Eve' }],
    ['lastName', { lastName: '' }],
    ['username', { usernameDerived: undefined }],
    ['imageUrl', { imageUrl: null }],
    ['externalId', { externalId: undefined }],
    ['banned', { banned: true }],
    ['deprovisioned', { deprovisioned: true }],
    ['publicMetadata', { publicMetadata: { plan: 'pro', seats: [2, 1] } }],
    ['clerkCreatedAt', { clerkCreatedAt: 1 }],
  ])('differ in %s alone when nothing else differs', (field, change) => {
    expect(compareSides(USER, { ...ITEM, ...change })).toEqual({ standing: 'differs', differing: [field] });
  });

  it('differ in the derived username once Clerk has one', () => {
    expect(compareSides({ ...USER, username: 'ada' }, ITEM).differing).toEqual(['username']);
  });

  it.each([
    ['missing', USER, undefined, true],
    ['extra', undefined, ITEM, true],
    ['buried', USER, { ...ITEM, deletedAt: '2026-11-26T00:00:00.000Z' }, true],
    ['deleted', undefined, { ...ITEM, deletedAt: '2026-11-26T00:00:00.000Z' }, false],
  ] as const)('are %s where one of them is not as the other', (standing, user, item, drifts) => {
    expect(compareSides(user, item)).toEqual({ standing, differing: [] });
    expect(isDrift(standing)).toBe(drifts);
  });
});

describe('The list of users', () => {
  const users = new Map(
    Array.from({ length: 250 }, (_, index) => [`user_${index}`, { ...USER, id: `user_${index}`, created_at: index }]),
  );
  const view = new MirrorView();
  for (const [id, user] of users)
    view.update(id, user, { ...ITEM, clerkCreatedAt: user.created_at, banned: id === 'user_7' });

  it('begins with who differs, goes on with the newest, and is bounded', () => {
    const { users: listed, total } = view.list('');
    expect([listed.length, total]).toEqual([200, 250]);
    expect(listed.slice(0, 3).map(({ id }) => id)).toEqual(['user_7', 'user_249', 'user_248']);
    expect(view.counts()).toEqual({ clerkUsers: 250, tableUsers: 250, differing: 1 });
  });

  it('is brought up to date one by one', () => {
    view.update('user_7', users.get('user_7'), { ...ITEM, clerkCreatedAt: 7 });
    view.update('user_8', undefined, { ...ITEM, clerkCreatedAt: 8 });
    expect([view.counts().differing, view.list('').users[0]]).toEqual([
      1,
      expect.objectContaining({ id: 'user_8', standing: 'extra' }),
    ]);
    view.update('user_8', undefined, undefined);
    expect(view.counts()).toEqual({ clerkUsers: 249, tableUsers: 249, differing: 0 });
    view.update('user_8', users.get('user_8'), { ...ITEM, clerkCreatedAt: 8 });
  });

  it('is searched by id, name and address, in any case', () => {
    expect(view.list('USER_249').users.map(({ id }) => id)).toEqual(['user_249']);
    expect(view.list('ada@example').total).toBe(250);
    expect(view.list('nobody')).toEqual({ users: [], total: 0 });
  });
});
