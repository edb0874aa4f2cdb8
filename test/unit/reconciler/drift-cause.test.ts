import { describe, expect, it } from 'vitest';
import type { ItemFacts, StoredUser } from '../../../shared/domain/user.ts';
import { fingerprint } from '../../../shared/sync/fingerprint.ts';
import type { Evidence } from '../../../shared/sync/reconcile/drift-cause.ts';
import { findingsOf } from '../../../shared/sync/reconcile/drift-cause.ts';
import { asStored, completeToken, event, MINUTE_MS, SECOND, storedAfter } from '../../support/domain/builders.ts';

const T = SECOND + 500;
const NOW = T + 60 * MINUTE_MS;

const whole = storedAfter(event({ asOf: T, seenAt: T + 2_000 }));
const tokenOnly = storedAfter(completeToken(T));

/** As an examining read finds a user; what it says of the item is right unless the row says otherwise. */
function found(user: typeof whole, item: Partial<ItemFacts> = {}): StoredUser {
  const right: ItemFacts = {
    fingerprint: fingerprint(user.profile.content, user.record?.content),
    isListedRight: true,
    isExpiring: false,
    isOutdated: false,
    unreadable: [],
  };
  return asStored(user, { createdAt: NOW - 7 * MINUTE_MS, item: { ...right, ...item } });
}

const buried = (item: Partial<ItemFacts> = {}): StoredUser => {
  return found({ ...whole, tombstone: { deletedAt: NOW - 9 * MINUTE_MS } }, item);
};

function evidence(before: StoredUser | undefined, asOf = T): Evidence {
  return { before, clerk: { asOf, createdAt: NOW - 3 * MINUTE_MS }, now: NOW };
}

const updated = (...changedFields: string[]) => ({ outcome: 'updated', changedFields });

describe('the probable cause of a difference', () => {
  // what | what was done | what is known | kind, cause, age
  it.each([
    [
      'a user who was missing',
      { outcome: 'created', changedFields: ['email'] },
      evidence(undefined),
      'missing',
      'missed-webhook',
      3,
    ],
    [
      'a user who is gone from Clerk',
      { outcome: 'deleted', changedFields: ['deletedAt'] },
      { ...evidence(found(whole)), clerk: undefined },
      'extra',
      'missed-webhook',
      undefined,
    ],
    [
      'a newer version at Clerk',
      updated('email'),
      evidence(found(whole), T + 20 * MINUTE_MS),
      'email',
      'missed-webhook',
      40,
    ],
    [
      'a newer version, though a hand was there too',
      updated('email'),
      evidence(found(whole, { fingerprint: 'x' }), T + 20 * MINUTE_MS),
      'email',
      'missed-webhook',
      40,
    ],
    [
      'the same version, not what was written',
      updated('banned'),
      evidence(found(whole, { fingerprint: 'x' })),
      'banned',
      'hand-edit',
      undefined,
    ],
    [
      'the same version, no fingerprint',
      updated('email'),
      evidence(found(whole, { fingerprint: undefined })),
      'email',
      'hand-edit',
      undefined,
    ],
    [
      'the same version, as it was written',
      updated('banned'),
      evidence(found(whole)),
      'banned',
      'unversioned-change',
      undefined,
    ],
    [
      'the same, of a user who waits for a name',
      updated('banned'),
      evidence(found(whole, { fingerprint: `${found(whole).item?.fingerprint}?` })),
      'banned',
      'unversioned-change',
      undefined,
    ],
    ['a version above Clerk’s', updated('email'), evidence(found(whole), T - 1), 'email', 'hand-edit', undefined],
    [
      'a version that was taken back',
      updated('version'),
      evidence(found(whole), T - 1),
      'version',
      'hand-edit',
      undefined,
    ],
    ['no record so far', updated('username'), evidence(found(tokenOnly)), 'username', 'incomplete-creation', 7],
    [
      'the profile of such a user',
      updated('lastName'),
      evidence(found(tokenOnly)),
      'lastName',
      'unversioned-change',
      undefined,
    ],
    [
      'an earlier mapping',
      updated('publicMetadata'),
      evidence(found(whole, { isOutdated: true })),
      'publicMetadata',
      'mapping-change',
      undefined,
    ],
    [
      'an earlier mapping of the fingerprint',
      updated('fingerprint'),
      evidence(found(whole, { isOutdated: true })),
      'fingerprint',
      'mapping-change',
      undefined,
    ],
    [
      'an attribute beside one that cannot be read',
      updated('email'),
      evidence(found(whole, { unreadable: ['lastName'] }), T + 1),
      'email',
      'hand-edit',
      undefined,
    ],
    ['index keys', updated('index'), evidence(found(whole, { isListedRight: false })), 'index', 'hand-edit', undefined],
    [
      'a name that is not reserved',
      updated('reservation'),
      evidence(found(whole)),
      'reservation',
      'hand-edit',
      undefined,
    ],
    [
      'a field that another writer left meanwhile',
      updated('banned'),
      evidence(asStored(whole)),
      'banned',
      'unknown',
      undefined,
    ],
    [
      'a field that only the note of a cut-off attempt tells of',
      updated('banned'),
      evidence(undefined),
      'banned',
      'unknown',
      undefined,
    ],
    ['such a repair of the item', updated('index'), evidence(undefined), 'index', 'unknown', undefined],
    [
      'a tombstone of somebody’s making',
      { outcome: 'restored', changedFields: ['deletedAt'] },
      evidence(buried({ isListedRight: false })),
      'buried',
      'hand-edit',
      9,
    ],
    [
      'a tombstone that a deletion has made',
      { outcome: 'restored', changedFields: ['deletedAt'] },
      evidence(buried()),
      'buried',
      'unknown',
      9,
    ],
    [
      'a restoration of which only the note is left',
      { outcome: 'restored', changedFields: ['deletedAt'] },
      evidence(undefined),
      'buried',
      'unknown',
      undefined,
    ],
  ])('of %s', (_what, change, known, kind, cause, minutes) => {
    const age = minutes === undefined ? {} : { ageMs: minutes * MINUTE_MS };
    expect(findingsOf(change, known)).toEqual([{ kind, cause, ...age }]);
  });

  it('is told for each field by itself', () => {
    expect(findingsOf(updated('email', 'banned', 'index'), evidence(found(tokenOnly), T + 1))).toMatchObject([
      { kind: 'email', cause: 'missed-webhook' },
      { kind: 'banned', cause: 'incomplete-creation' },
      { kind: 'index', cause: 'hand-edit' },
    ]);
  });

  it.each(['unchanged', 'stale'])('is nothing where the user is left %s', (outcome) => {
    expect(findingsOf({ outcome, changedFields: [] }, evidence(found(whole)))).toEqual([]);
  });

  it('has no age below zero, whatever Clerk’s clock says', () => {
    expect(findingsOf(updated('email'), evidence(found(whole), NOW + 5))).toMatchObject([{ ageMs: 0 }]);
  });
});
