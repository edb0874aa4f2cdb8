/**
 * A forced read settles against any version that it has reason to doubt: row by row, and for whatever any source may have left.
 * Rows say which times of the stored user were edited by hand, and what becomes of her.
 */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Settled } from '../../../shared/domain/decision.ts';
import { merge } from '../../../shared/domain/merge.ts';
import type { ReadSnapshot, Snapshot } from '../../../shared/domain/snapshot.ts';
import type { MirroredUser, Register } from '../../../shared/domain/user.ts';
import { anySnapshots, moment, NOW as LATE } from '../../support/domain/arbitraries.ts';
import {
  ADA,
  ADAS_RECORD,
  deletion,
  erased,
  event,
  frozen,
  MINUTE_MS,
  read,
  SECOND,
  storedAfter,
} from '../../support/domain/builders.ts';
import { check } from '../../support/domain/property.ts';

const T = SECOND + 500;
const SEEN = T + 2_000;
const NOW = T + 60 * MINUTE_MS;
const AHEAD = NOW + 5 * MINUTE_MS;
const GRACE = { firstName: 'Grace' };

const stored = storedAfter(event({ asOf: T, seenAt: SEEN }));
const forced = (said: Parameters<typeof read>[0]): ReadSnapshot => ({ ...read(said, 'deleted'), forced: true });

function settled(user: MirroredUser, snapshot: ReadSnapshot): Settled {
  const decision = merge(frozen(user), frozen(snapshot), NOW);
  if (decision.ask) throw new Error('A read settles.');
  return decision;
}

function at<T>({ content, version }: Register<T>, change: Partial<Register<T>['version']>): Register<T> {
  return { content, version: { ...version, ...change } };
}

/** The stored user with times of either group edited, and whatever content. */
function edited(profile: Partial<Register<unknown>['version']>, record = {}, content = {}): MirroredUser {
  if (!stored.record) throw new Error('A webhook brings a record.');
  return {
    ...stored,
    profile: at({ ...stored.profile, content: { ...ADA, ...content } }, profile),
    record: at(stored.record, record),
  };
}

/** The state that these leave; a question stays open. */
function left(snapshots: readonly Snapshot[]): MirroredUser | undefined {
  let user: MirroredUser | undefined;
  for (const snapshot of snapshots) {
    const decision = merge(user, snapshot, LATE);
    if (!decision.ask) user = decision.next;
  }
  return user;
}

describe('a forced read', () => {
  // which times were edited, to what | content edited too | when the read began | outcome, changed fields
  it.each([
    ['nothing', edited({}), NOW, 'unchanged', []],
    ['the profile’s asOf', edited({ asOf: T + 1 }), NOW, 'updated', ['version']],
    ['the profile’s asOf, far ahead', edited({ asOf: AHEAD * 2 }), NOW, 'updated', ['version']],
    ['the record’s asOf', edited({}, { asOf: T + 1 }), NOW, 'updated', ['version']],
    ['both', edited({ asOf: T + 1 }, { asOf: T + 1 }, GRACE), NOW, 'updated', ['firstName', 'version']],
    ['asOf and a name', edited({ asOf: T + 1 }, {}, GRACE), NOW, 'updated', ['firstName', 'version']],
    ['a name alone', edited({}, {}, GRACE), NOW, 'updated', ['firstName']],
    ['seenAt, to come', edited({ seenAt: AHEAD + 1 }), NOW, 'updated', ['version']],
    ['seenAt, to come, and a name', edited({ seenAt: AHEAD + 1 }, {}, GRACE), NOW, 'updated', ['firstName', 'version']],
    ['seenAt, believably', edited({ seenAt: AHEAD }), NOW, 'unchanged', []],
    ['seenAt, believably, and a name', edited({ seenAt: AHEAD }, {}, GRACE), NOW, 'stale', []],
    ['asOf, seen since the read', edited({ asOf: T + 1, seenAt: NOW + 1 }, {}, GRACE), NOW, 'stale', []],
    ['asOf, seen 4.999 s before it', edited({ asOf: T + 1, seenAt: NOW - 4_999 }, {}, GRACE), NOW, 'stale', []],
    ['asOf, seen 5 s before', edited({ asOf: T + 1, seenAt: NOW - 5_000 }), NOW, 'updated', ['version']],
    ['a token’s asOf, long ago', edited({ asOf: T + 1, seenAt: 0 }), NOW, 'updated', ['version']],
    ['a token’s asOf, just now', edited({ asOf: NOW - 4_999, seenAt: 0 }, {}, GRACE), NOW, 'stale', []],
    ['a token’s asOf, to come', edited({ asOf: AHEAD + 1, seenAt: 0 }), NOW, 'updated', ['version']],
  ] as const)('where %s was edited', (_what, user, seenAt, outcome, changedFields) => {
    const decision = settled(user, forced({ asOf: T, seenAt }));
    expect(decision).toMatchObject({ outcome, changedFields, write: outcome === 'updated' });
    const asClerkSays = { profile: { content: ADA }, record: { content: ADAS_RECORD } };
    expect(decision.next).toMatchObject(outcome === 'updated' ? asClerkSays : user);
  });

  it('takes a doubtful version back to Clerk’s, and leaves the other group’s', () => {
    const { next } = settled(edited({ asOf: T + 9 }), forced({ asOf: T, seenAt: NOW }));
    expect(next.profile.version).toEqual({ asOf: T, seenAt: NOW });
    expect(next.record?.version).toEqual({ asOf: T, seenAt: SEEN });
  });

  it('does not undo a newer change that a webhook brings while it is made', () => {
    const newer = storedAfter(event({ asOf: NOW + 10, seenAt: NOW + 12, profile: GRACE }));
    expect(settled(newer, forced({ asOf: T, seenAt: NOW }))).toMatchObject({ outcome: 'stale', next: newer });
    expect(settled(newer, forced({ asOf: NOW + 10, seenAt: NOW + 20, profile: GRACE })).outcome).toBe('unchanged');
  });

  it('lifts a deletion that is still to come, as no other read does', () => {
    const buried = { ...stored, tombstone: { deletedAt: AHEAD + 1 } };
    expect(settled(buried, read({ asOf: T, seenAt: NOW }, 'deleted')).outcome).toBe('stale');
    const { outcome, next, changedFields } = settled(buried, forced({ asOf: T, seenAt: NOW }));
    expect([outcome, next.tombstone, next.restoredAt]).toEqual(['restored', undefined, NOW]);
    expect(changedFields).toEqual(['deletedAt', 'version']);
  });

  it.each([
    ['that is younger than five minutes', storedAfter(event({ asOf: T, seenAt: SEEN }), deletion(NOW - MINUTE_MS))],
    ['that is believable', { ...stored, tombstone: { deletedAt: AHEAD } }],
    ['of an erased user', erased({ ...stored, tombstone: { deletedAt: AHEAD + 1 } }, NOW)],
  ])('leaves a tombstone %s, whatever its versions', (_which, user) => {
    const raised = { ...user, profile: at(user.profile, { asOf: T + 1 }) };
    expect(settled(raised, forced({ asOf: T, seenAt: NOW }))).toMatchObject({ outcome: 'stale', next: raised });
  });

  it('takes back a restoration that is still to come: no deletion would ever be after it', () => {
    const restored = { ...stored, restoredAt: AHEAD + 1 };
    const { outcome, next, changedFields } = settled(restored, forced({ asOf: T, seenAt: NOW }));
    expect([outcome, next.restoredAt, changedFields]).toEqual(['updated', NOW, ['version']]);
    const before = { ...stored, restoredAt: AHEAD };
    expect(settled(before, forced({ asOf: T, seenAt: NOW })).next.restoredAt).toBe(AHEAD);
  });

  it('creates whom the table does not have', () => {
    expect(merge(undefined, forced({ asOf: T, seenAt: NOW }), NOW)).toMatchObject({ outcome: 'created' });
  });

  it('ends equal to Clerk and writes nothing the second time, whatever any hand has made of the times before', () => {
    const time = fc.oneof(moment, fc.constantFrom(0, LATE, LATE + 6 * MINUTE_MS, LATE * 2));
    const begun = LATE + 60 * MINUTE_MS;
    check(
      fc.property(anySnapshots, fc.record({ asOf: time, seenAt: moment }), (snapshots, version) => {
        const user = left(snapshots);
        fc.pre(user !== undefined && !user.tombstone);
        if (!user) return;
        const byHand = { ...user, profile: { ...user.profile, version } };
        const word = forced({ asOf: SECOND + 60_000, seenAt: begun });
        const first = merge(frozen(byHand), word, begun);
        if (first.ask) throw new Error('A read settles.');
        expect(first.next.profile.content).toEqual(word.profile);
        expect(merge(frozen(first.next), word, begun)).toMatchObject({ write: false });
      }),
    );
  });
});
