import { merge } from '../../../shared/domain/merge.ts';
import { describe, expect, it } from 'vitest';
import { changedFields } from '../../../shared/domain/changed-fields.ts';
import { blankUser, emailVerified, normaliseName } from '../../../shared/domain/user.ts';
import { ADAS_RECORD, completeToken, deletion, event, ID, SECOND, storedAfter } from '../../support/domain/builders.ts';

describe('normaliseName', () => {
  it.each([
    ['capitals', 'Ada@Example.COM', 'ada@example.com'],
    ['white space around', '  ada@example.com\n', 'ada@example.com'],
    ['letters composed of two', 'a\u0308da@example.com', '\u00e4da@example.com'],
  ])('makes one form of %s', (_title, given, expected) => {
    expect(normaliseName(given)).toBe(expected);
  });

  it('keeps what may be another mailbox apart', () => {
    expect(normaliseName('a.da+x@example.com')).toBe('a.da+x@example.com');
  });
});

describe('emailVerified', () => {
  const withEmails = (email: string | null, verifiedEmail: string | null) =>
    storedAfter(event({ asOf: SECOND, profile: { email }, record: { verifiedEmail } }));

  it.each([
    ['the address shown is the verified one, spelled otherwise', 'Ada@example.com', 'ada@example.com', true],
    ['another address is verified', 'grace@example.com', 'ada@example.com', false],
    ['none is verified', 'ada@example.com', null, false],
    ['there is no address at all', null, null, false],
  ])('when %s: %s', (_title, email, verified, expected) => {
    expect(emailVerified(withEmails(email, verified))).toBe(expected);
  });

  it('is not said of a user whom only a token has spoken of', () => {
    expect(emailVerified(storedAfter(completeToken(SECOND)))).toBe(false);
  });
});

describe('changedFields', () => {
  it('counts a field that is not known yet as null', () => {
    const fromToken = storedAfter(completeToken(SECOND));
    const complete = {
      ...fromToken,
      record: { content: { ...ADAS_RECORD, externalId: null }, version: { asOf: 1, seenAt: 1 } },
    };
    expect(changedFields(fromToken, complete)).toEqual([
      'verifiedEmail',
      'banned',
      'deprovisioned',
      'publicMetadata',
      'clerkCreatedAt',
    ]);
  });

  it('does not count versions, locked or the order of keys in the metadata', () => {
    const user = storedAfter(event({ asOf: SECOND, record: { publicMetadata: { a: 1, b: 2 } } }));
    const again = storedAfter(event({ asOf: SECOND + 1, locked: true, record: { publicMetadata: { b: 2, a: 1 } } }));
    expect(changedFields(user, again)).toEqual([]);
  });

  it('names the deletion, also when only its time moves', () => {
    const [early, late] = [storedAfter(deletion(SECOND)), storedAfter(deletion(SECOND + 1))];
    expect(changedFields(blankUser(ID), early)).toEqual(['deletedAt']);
    expect(changedFields(early, late)).toEqual(['deletedAt']);
  });
});

describe('a user of whom little is known', () => {
  const unknown = { record: undefined, locked: false, restoredAt: undefined };
  const nothing = { email: null, firstName: null, lastName: null, imageUrl: null };

  it('has null for every claim that her first token does not carry, and is not locked', () => {
    const token = { source: 'token', id: 'user_1', claims: { firstName: 'Ada' }, asOf: undefined } as const;
    expect(merge(undefined, token, 0)).toMatchObject({
      next: {
        ...unknown,
        id: 'user_1',
        profile: { content: { ...nothing, firstName: 'Ada' }, version: { asOf: 0, seenAt: 0 } },
        tombstone: undefined,
      },
    });
  });

  it('has nothing but a tombstone when her deletion comes first', () => {
    expect(merge(undefined, { source: 'deletion', id: 'user_1', at: 5 }, 0)).toMatchObject({
      next: {
        ...unknown,
        id: 'user_1',
        profile: { content: nothing, version: { asOf: 0, seenAt: 0 } },
        tombstone: { deletedAt: 5 },
      },
    });
  });
});
