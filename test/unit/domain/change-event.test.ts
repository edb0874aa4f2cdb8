import { describe, expect, it } from 'vitest';
import type { ChangeEvent } from '../../../shared/domain/change-event.ts';
import { changeEvent } from '../../../shared/domain/change-event.ts';
import { erase } from '../../../shared/domain/erase.ts';
import type { MirroredUser, StoredUser } from '../../../shared/domain/user.ts';
import {
  asStored,
  completeToken,
  deletion,
  event,
  frozen,
  ID,
  MINUTE_MS,
  partialToken,
  read,
  SECOND,
  storedAfter,
} from '../../support/domain/builders.ts';

const LATER = SECOND + MINUTE_MS;
const NOBODY = { email: null, firstName: null, lastName: null, imageUrl: null };

/** What a record tells first counts as changed. */
const FIRST_RECORD = 'UserUpdated verifiedEmail externalId banned deprovisioned publicMetadata clerkCreatedAt';
const HELD = { email: 'ada@example.com', username: 'ada' };

/** Users as they may stand in the table, in their first revision. */
const byToken = asStored(storedAfter(completeToken(SECOND)));
const known = asStored(storedAfter(event({ asOf: SECOND })), { held: HELD });
const deletedEarly = asStored(storedAfter(completeToken(SECOND), deletion(SECOND + 5_000)));
const deleted = asStored(storedAfter(event({ asOf: SECOND }), deletion(SECOND + 5_000)));
const unheardOf = asStored(storedAfter(deletion(SECOND + 5_000)));
const erased = asStored(erase(deleted, LATER));
const restoringRead = read({ asOf: SECOND, seenAt: SECOND + 10 * MINUTE_MS }, 'deleted');
const restored = storedAfter(event({ asOf: SECOND }), deletion(SECOND + 5_000), restoringRead);
const foundAfterAll = storedAfter(deletion(SECOND + 5_000), restoringRead);

/** The same item after the synchronisation's next write. */
function next(user: MirroredUser, before: StoredUser, facts: Partial<StoredUser> = {}): StoredUser {
  const { held, createdAt } = before;
  return asStored(user, { held, createdAt, revision: before.revision + 1, updatedAt: LATER, ...facts });
}

/** A change in one word, with the fields of an update. */
function told(before: StoredUser | undefined, after: StoredUser): string {
  const change = changeEvent(before && frozen(before), frozen(after));
  if (!change) return 'nothing';
  return change.type === 'UserUpdated' ? `UserUpdated ${change.changedFields.join(' ')}` : change.type;
}

const banned = storedAfter(event({ asOf: SECOND, record: { banned: true } }));
const renamed = storedAfter(event({ asOf: LATER, profile: { firstName: 'Augusta', lastName: null } }));
const sameAgain = storedAfter(event({ asOf: SECOND }), event({ asOf: LATER }));
const redated = storedAfter(event({ asOf: SECOND }), deletion(SECOND + 5_000), deletion(SECOND + 9_000));

describe('What applications are told of a change', () => {
  it.each<[string, StoredUser | undefined, StoredUser, string]>([
    ['a user whom a webhook brings', undefined, known, 'UserCreated'],
    ['a user whom a token brings', undefined, byToken, 'UserCreated'],
    ['the first record of a user whom a token brought', byToken, next(known, byToken), FIRST_RECORD],
    ['a ban', known, next(banned, known), 'UserUpdated banned'],
    ['a new name', known, next(renamed, known), 'UserUpdated firstName lastName'],
    ['a deletion', known, next(deleted, known), 'UserDeleted'],
    ['a deletion of a user whom a token brought', byToken, next(deletedEarly, byToken), 'UserDeleted'],
    ['an erasure of a live user', known, next(erased, known), 'UserDeleted'],
    ['a restoration', deleted, next(restored, deleted), 'UserRestored'],
    ['a restoration of an erased user', erased, next(restored, erased), 'UserRestored'],
    ['a user who was deleted before anyone heard of her', undefined, unheardOf, 'nothing'],
    ['… and exists after all', unheardOf, next(foundAfterAll, unheardOf), 'UserCreated'],
    ['a later deletion', deleted, next(redated, deleted), 'nothing'],
    ['the erasure of a deleted user', deleted, next(erased, deleted), 'nothing'],
    ['a version that moved', known, next(sameAgain, known), 'nothing'],
    ['a lock', known, next({ ...known, locked: true }, known), 'nothing'],
    ['a reservation that was lost', known, next(known, known, { held: { username: 'ada' } }), 'nothing'],
    [
      'a derived username that changed',
      known,
      next(known, known, { held: { username: 'ada-x' } }),
      'UserUpdated username',
    ],
    ['an attribute of the application', known, { ...known, app: { bio: 'hello' } }, 'nothing'],
    ['a field that somebody edited by hand', known, { ...known, profile: renamed.profile }, 'nothing'],
    ['an item that was written as it was', known, known, 'nothing'],
  ])('%s', (_what, before, after, expected) => {
    expect(told(before, after)).toBe(expected);
  });

  it('is a creation where a new user stands on what was left of an expired tombstone, whatever the revisions', () => {
    for (const revision of [1, 2]) {
      const leftOver = { ...erased, createdAt: SECOND - MINUTE_MS, revision };
      expect(told(leftOver, { ...known, createdAt: LATER })).toBe('UserCreated');
      expect(told(leftOver, { ...unheardOf, createdAt: LATER })).toBe('nothing');
    }
  });

  it('counts a username of Clerk’s that takes the place of the same derived one as no change', () => {
    const chosen = storedAfter(event({ asOf: LATER, record: { username: 'ada' } }));
    expect(told(known, next(chosen, known))).toBe('nothing');
    const other = storedAfter(event({ asOf: LATER, record: { username: 'countess' } }));
    expect(told(known, next(other, known))).toBe('UserUpdated username');
  });

  it('tells a user of whom only a token knew from one of whom nobody did', () => {
    const unordered = partialToken(undefined, { email: 'ada@example.com' });
    const before = asStored(storedAfter(unordered, deletion(SECOND)));
    expect(told(before, next(restored, before))).toBe('UserRestored');
    const dated = asStored(storedAfter(completeToken(SECOND, NOBODY), deletion(SECOND)));
    expect(told(dated, next(restored, dated))).toBe('UserRestored');
  });

  it('has who, which revision, by whose word and when, and no value', () => {
    const after = next(banned, known, { changedBy: 'reconciler', revision: 7 });
    expect(changeEvent({ ...known, revision: 6 }, after)).toEqual({
      type: 'UserUpdated',
      eventId: `${ID}#7#${LATER}`,
      userId: ID,
      revision: 7,
      occurredAt: LATER,
      path: 'reconciler',
      changedFields: ['banned'],
    } satisfies ChangeEvent);
  });

  it('has an id of its own for every change, also in another life and after a restored backup', () => {
    const ids = [
      changeEvent(undefined, known),
      changeEvent(known, next(banned, known)),
      changeEvent(known, next(renamed, known, { updatedAt: LATER + 1 })),
      changeEvent(erased, { ...known, createdAt: LATER, updatedAt: LATER }),
    ].map((change) => change?.eventId);
    expect(new Set(ids).size).toBe(4);
    expect(ids).not.toContain(undefined);
  });
});
