import { mergeDeletion } from './merge-deletion.ts';
import { createFromToken, mergeToken } from './merge-token.ts';
import type { Decision } from './decision.ts';
import { ASK, keep, write } from './decision.ts';
import type { Verdict } from './register.ts';
import { judge, judgeRead, overwrite } from './register.ts';
import type { EventSnapshot, ReadSnapshot, Snapshot } from './snapshot.ts';
import { blankUser } from './user.ts';
import type { MirroredUser, Profile, Register, Tombstone, UserRecord } from './user.ts';
import { isInClerkAfterAll, yieldsTo } from './tombstone.ts';
import { withoutDoubtful } from './forced-read.ts';

/**
 * The one rule: what becomes of a stored user when a source says something about it. Every path goes through here.
 *
 * A user is two last-writer-wins registers, profile and record, under one tombstone. Webhooks and reads carry both,
 * a complete token carries the profile, any other token carries no order.
 *
 * @param stored the user as the table holds it, or undefined
 * @param snapshot what a source says
 * @param now ms; only used to distrust what is dated more than five minutes ahead: a token, and what a forced read doubts
 * @returns what to write and what came of it, or *ask*: read the user from Clerk and merge that read, which never asks again
 */
export function merge(stored: MirroredUser | undefined, snapshot: Snapshot, now: number): Decision {
  switch (snapshot.source) {
    case 'event':
      return stored ? mergeWhole(stored, snapshot) : create(snapshot);
    case 'read':
      return stored ? mergeRead(stored, snapshot, now) : create(snapshot);
    case 'token':
      return stored ? mergeToken(stored, snapshot, now) : createFromToken(snapshot, now);
    case 'deletion':
      return mergeDeletion(stored, snapshot);
    default:
      return snapshot satisfies never;
  }
}

type WholeSnapshot = EventSnapshot | ReadSnapshot;

function create(snapshot: WholeSnapshot): Decision {
  const blank = blankUser(snapshot.id);
  const next = { ...blank, ...registersOf(snapshot), locked: snapshot.locked };
  return write('created', blank, next);
}

/** A forced read is merged with what of the stored user can be right: only so a version goes back, and the write says so. */
function mergeRead(stored: MirroredUser, read: ReadSnapshot, now: number): Decision {
  const before = read.forced ? withoutDoubtful(stored, read, now) : stored;
  const decision = mergeWhole(before, read);
  if (before === stored || decision.ask) return decision;
  if (decision.next.tombstone) return keep('stale', stored);
  const outcome = decision.outcome === 'restored' ? 'restored' : 'updated';
  return { ...decision, outcome, write: true, changedFields: [...decision.changedFields, 'version'] };
}

function mergeWhole(stored: MirroredUser, snapshot: WholeSnapshot): Decision {
  if (stored.tombstone) return mergeIntoTombstone(stored, stored.tombstone, snapshot);
  const { profile, record } = registersOf(snapshot);
  const compare = snapshot.source === 'read' ? judgeRead : judge;
  const verdicts = {
    profile: compare(stored.profile, profile),
    record: stored.record ? compare(stored.record, record) : 'write',
  } satisfies Record<string, Verdict>;
  if (verdicts.profile === 'ask' || verdicts.record === 'ask') return ASK;
  const next = {
    ...stored,
    profile: verdicts.profile === 'write' ? overwrite(stored.profile, profile) : stored.profile,
    record: verdicts.record === 'write' ? overwrite(stored.record, record) : stored.record,
    locked: verdicts.record === 'write' ? snapshot.locked : stored.locked,
  };
  return conclude(stored, next, verdicts);
}

function mergeIntoTombstone(stored: MirroredUser, tombstone: Tombstone, snapshot: WholeSnapshot): Decision {
  if (yieldsTo(tombstone, snapshot)) return restore(stored, snapshot);
  if (!isInClerkAfterAll(tombstone, snapshot)) return keep('stale', stored);
  return write('updated', stored, { ...stored, tombstone: { ...tombstone, inClerk: true } });
}

function conclude(stored: MirroredUser, next: MirroredUser, verdicts: { profile: Verdict; record: Verdict }): Decision {
  const of = [verdicts.profile, verdicts.record];
  if (of.includes('write')) return write('updated', stored, next);
  return keep(of.includes('stale') ? 'stale' : 'unchanged', stored);
}

function restore(stored: MirroredUser, snapshot: WholeSnapshot): Decision {
  const { profile, record } = registersOf(snapshot);
  const next = {
    ...stored,
    profile: overwrite(stored.profile, profile),
    record: overwrite(stored.record, record),
    locked: snapshot.locked,
    tombstone: undefined,
    restoredAt: snapshot.seenAt,
  };
  return write('restored', stored, next);
}

function registersOf(snapshot: WholeSnapshot): { profile: Register<Profile>; record: Register<UserRecord> } {
  const version = { asOf: snapshot.asOf, seenAt: snapshot.seenAt };
  return { profile: { content: snapshot.profile, version }, record: { content: snapshot.record, version } };
}
