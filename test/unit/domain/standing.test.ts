import { describe, expect, it } from 'vitest';
import { refusalOf } from '../../../shared/domain/standing.ts';
import { blankUser } from '../../../shared/domain/user.ts';
import type { MirroredUser, UserRecord } from '../../../shared/domain/user.ts';

const content: UserRecord = {
  verifiedEmail: null,
  username: null,
  externalId: null,
  banned: false,
  deprovisioned: false,
  publicMetadata: {},
  clerkCreatedAt: 1,
};

function userWith(record: Partial<UserRecord>, over: Partial<MirroredUser> = {}): MirroredUser {
  const version = { asOf: 1, seenAt: 1 };
  return { ...blankUser('user_1'), record: { content: { ...content, ...record }, version }, ...over };
}

describe('who may not come in', () => {
  it.each([
    ['in good standing', userWith({}), undefined],
    ['of whom only a token has spoken', blankUser('user_1'), undefined],
    ['locked for a while', userWith({}, { locked: true }), undefined],
    ['banned', userWith({ banned: true }), 'banned'],
    ['deprovisioned', userWith({ deprovisioned: true }), 'deprovisioned'],
    ['deleted', userWith({}, { tombstone: { deletedAt: 0 } }), 'deleted'],
    ['deleted and banned', userWith({ banned: true }, { tombstone: { deletedAt: 0 } }), 'deleted'],
  ])('a user %s', (_case, user, refusal) => {
    expect(refusalOf(user)).toBe(refusal);
  });
});
