import { describe, expect, it } from 'vitest';
import {
  claimOf,
  derivedUsernames,
  formerEmail,
  freeName,
  nameKey,
  tidied,
  waitsFor,
} from '../../../shared/domain/names.ts';
import type { Reservation } from '../../../shared/domain/names.ts';
import type { MirroredUser, UserRecord } from '../../../shared/domain/user.ts';
import { asStored } from '../../support/domain/builders.ts';
import { aTokenUser, aUser } from '../../support/contracts/users.ts';

const ID = 'user_2NNEqL2nrIRdJ194ndJqAHwEfxC';

function userWith(record: Partial<UserRecord>, email: string | null = 'Ada@Example.com', id = ID): MirroredUser {
  return aUser(id, { email }, record);
}

describe('the names that a user claims', () => {
  it.each([
    ['the verified email, normalised', { verifiedEmail: ' Ada@Example.COM ' }, 'ada@example.com'],
    ['no email that is not verified', { verifiedEmail: null }, undefined],
    ['no empty email', { verifiedEmail: '' }, undefined],
    ['no email of white space', { verifiedEmail: '  ' }, undefined],
  ])('are %s', (_name, record, expected) => {
    expect(claimOf(userWith(record), 'email')).toBe(expected);
  });

  it.each([
    ['the username that Clerk has chosen, normalised', { username: 'Ada_L' }, 'ada_l'],
    ['no username where Clerk has chosen none', { username: null }, undefined],
    ['no empty username', { username: '' }, undefined],
    ['one name for two spellings of the same letters', { username: 'Zoe\u0308' }, 'zo\u00EB'],
  ])('are %s', (_name, record, expected) => {
    expect(claimOf(userWith(record), 'username')).toBe(expected);
  });

  it('are none for a deleted user, and none for one of whom only a token has spoken', () => {
    const deleted = { ...userWith({}), tombstone: { deletedAt: 1 } };
    for (const kind of ['email', 'username'] as const) {
      expect(claimOf(deleted, kind)).toBeUndefined();
      expect(claimOf(aTokenUser(ID), kind)).toBeUndefined();
    }
  });

  it('are waited for unless the user holds them', () => {
    const user = userWith({ verifiedEmail: 'ada@example.com', username: 'ada' });
    const stored = asStored(user, { held: { email: 'ada@example.com', username: 'other' } });
    expect([waitsFor(stored, 'email'), waitsFor(stored, 'username')]).toEqual([undefined, 'ada']);
    expect(waitsFor(asStored(userWith({ username: null }), { held: { username: 'ada' } }), 'username')).toBeUndefined();
  });

  it('keep the kinds apart', () => {
    expect(nameKey({ kind: 'email', value: 'ada' })).toBe('email#ada');
    expect(nameKey({ kind: 'username', value: 'ada' })).toBe('username#ada');
  });
});

describe('the address by which a deleted user is remembered', () => {
  it('is her verified one, and none while she lives', () => {
    expect(formerEmail({ ...userWith({ verifiedEmail: 'Ada@example.com' }), tombstone: { deletedAt: 1 } })).toBe(
      'ada@example.com',
    );
    expect(formerEmail(userWith({}))).toBeUndefined();
    expect(formerEmail({ ...userWith({ verifiedEmail: null }), tombstone: { deletedAt: 1 } })).toBeUndefined();
  });
});

describe('usernames that are derived', () => {
  it('come from the email, then with ever more of the id', () => {
    expect(derivedUsernames(userWith({ username: null }, 'Ada.L@Example.com'))).toEqual([
      'ada.l',
      'ada.l-efxc',
      'ada.l-qahwefxc',
      'ada.l-2nneql2nrirdj194ndjqahwefxc',
    ]);
  });

  it.each([
    ['without an email', null, '2nneql2nrirdj194ndjqahwefxc'],
    ['with an email that has nothing before the @', '@example.com', '2nneql2nrirdj194ndjqahwefxc'],
    ['with a text that is no email', 'ada', '2nneql2nrirdj194ndjqahwefxc'],
  ])('come from the id %s', (_name, email, expected) => {
    expect(derivedUsernames(userWith({ username: null }, email))[0]).toBe(expected);
  });

  it('come from all before the last @', () => {
    expect(derivedUsernames(userWith({}, '"a@b"@example.com'))[0]).toBe('"a@b"');
  });

  it('come from an id that is not of Clerk too', () => {
    expect(derivedUsernames(userWith({}, null, 'legacy_user_7'))).toEqual([
      'legacy_user_7',
      'legacy_user_7-er_7',
      'legacy_user_7-y_user_7',
      'legacy_user_7-legacy_user_7',
    ]);
  });

  it('have at most 64 characters before the id, whole ones in any script', () => {
    const [plain, ...others] = derivedUsernames(userWith({}, `${'😀'.repeat(80)}@example.com`));
    expect(plain).toBe('😀'.repeat(64));
    for (const name of others) expect(name.startsWith(`${'😀'.repeat(64)}-`)).toBe(true);
    expect(derivedUsernames(userWith({}, `${'x'.repeat(64)}@example.com`))[0]).toBe('x'.repeat(64));
  });

  it('are none for a deleted user and before the record is known', () => {
    expect(derivedUsernames({ ...userWith({}), tombstone: { deletedAt: 1 } })).toEqual([]);
    expect(derivedUsernames(aTokenUser(ID))).toEqual([]);
  });
});

describe('tidying a reservation', () => {
  const name = { kind: 'email', value: 'ada@example.com' } as const;
  const NOTHING = { claimants: [], owner: false };
  const reservation = (over: Partial<Reservation>): Reservation => ({ ...freeName(name), revision: 7, ...over });

  it('changes nothing where nothing is out of date', () => {
    for (const fine of [
      freeName(name),
      reservation({ owner: 'user_a' }),
      reservation({ lastOwner: 'user_a' }),
      reservation({ owner: 'user_a', claimants: ['user_b'], isListed: true }),
      reservation({ claimants: ['user_b'], isListed: true }),
    ]) {
      expect(tidied(fine, NOTHING)).toBe(fine);
    }
  });

  it('strikes out who does not wait, and takes the name off the list with the last of them', () => {
    const contested = reservation({ owner: 'user_a', claimants: ['user_b', 'user_c'], isListed: true });
    const one = { ...contested, claimants: ['user_c'], revision: 8 };
    expect(tidied(contested, { claimants: ['user_b'], owner: false })).toEqual(one);
    expect(tidied(one, { claimants: ['user_c'], owner: false })).toEqual({
      ...one,
      claimants: [],
      isListed: false,
      revision: 9,
    });
  });

  it('strikes out an owner who does not have the name', () => {
    const orphan = reservation({ owner: 'user_a', claimants: ['user_b'], isListed: true });
    expect(tidied(orphan, { claimants: [], owner: true })).toEqual({ ...orphan, owner: undefined, revision: 8 });
  });

  it('puts a name that somebody waits for back on the list', () => {
    const unlisted = reservation({ owner: 'user_a', claimants: ['user_b'] });
    expect(tidied(unlisted, NOTHING)).toEqual({ ...unlisted, isListed: true, revision: 8 });
  });

  it('removes what nobody has, had or waits for', () => {
    expect(tidied(reservation({}), NOTHING)).toBeUndefined();
    expect(tidied(reservation({ owner: 'user_a' }), { claimants: [], owner: true })).toBeUndefined();
    expect(tidied(reservation({ claimants: ['user_b'] }), { claimants: ['user_b'], owner: false })).toBeUndefined();
    expect(tidied(reservation({ lastOwner: 'user_a', isListed: true }), NOTHING)).toMatchObject({ isListed: false });
  });
});
