/** What must hold at every single step of the rule, whatever is stored and whatever a source says. */
import { isDeepStrictEqual } from 'node:util';
import type { Decision, Settled } from '../../../shared/domain/decision.ts';
import type { Snapshot, TokenSnapshot } from '../../../shared/domain/snapshot.ts';
import type { MirroredUser, Tombstone } from '../../../shared/domain/user.ts';
import { blankUser } from '../../../shared/domain/user.ts';
import type { Version } from '../../../shared/domain/version.ts';

const FIVE_MINUTES_MS = 300_000;

/**
 * @param now when the rule was asked, ms
 * @throws Error naming the invariant that the step breaks
 */
export function checkStep(stored: MirroredUser | undefined, snapshot: Snapshot, decision: Decision, now: number): void {
  const hold = (invariant: string, holds: boolean): void => {
    if (!holds) throw new Error(`${invariant}\n${JSON.stringify({ stored, snapshot, decision }, undefined, 2)}`);
  };
  if (decision.ask) {
    hold('only an event or a token about a live user asks', asks(stored, snapshot));
    return;
  }
  const before = stored ?? blankUser(snapshot.id);
  hold('what is not written is left exactly as it was', decision.write || isDeepStrictEqual(decision.next, before));
  hold('a write has an outcome of its own', decision.write === !['unchanged', 'stale'].includes(decision.outcome));
  hold('a user who is not stored is always written', stored !== undefined || decision.write);
  hold('changed fields are those that differ', isDeepStrictEqual(changed(before, decision.next), named(decision)));
  hold('versions never decrease', versionsAscend(before, decision.next));
  hold('a group is one source’s, whole', groupsAreWhole(before, snapshot, decision.next));
  hold('a tombstone falls only to a later authoritative read', tombstoneStands(before, snapshot, decision.next));
  hold('that Clerk has an erased user is learned from a later run', learnsOfClerk(before, snapshot, decision.next));
  hold(
    'a deleted user’s fields do not move',
    !before.tombstone || liftedBy(snapshot) || sameFields(before, decision.next),
  );
  hold('the time of a restoration never decreases', (decision.next.restoredAt ?? 0) >= (before.restoredAt ?? 0));
  if (snapshot.source === 'deletion')
    hold('a deletion after the restoration stands', deleted(before, snapshot.at, decision));
  if (snapshot.source === 'token')
    hold('a token keeps to its place', tokenKeepsToItsPlace(stored, snapshot, decision, now));
}

function asks(stored: MirroredUser | undefined, { source }: Snapshot): boolean {
  return stored !== undefined && !stored.tombstone && (source === 'event' || source === 'token');
}

function named({ changedFields }: Settled): string[] {
  return changedFields.toSorted();
}

function changed(before: MirroredUser, after: MirroredUser): string[] {
  const [a, b] = [flat(before), flat(after)];
  return [...new Set([...Object.keys(a), ...Object.keys(b)])]
    .filter((field) => !isDeepStrictEqual(a[field] ?? null, b[field] ?? null))
    .toSorted();
}

function flat(user: MirroredUser): Record<string, unknown> {
  return { ...user.profile.content, ...user.record?.content, deletedAt: user.tombstone?.deletedAt };
}

function versionsAscend(before: MirroredUser, after: MirroredUser): boolean {
  if (!ascends(before.profile.version, after.profile.version)) return false;
  return !before.record || (after.record !== undefined && ascends(before.record.version, after.record.version));
}

function ascends(a: Version, b: Version): boolean {
  return b.asOf > a.asOf || (b.asOf === a.asOf && b.seenAt >= a.seenAt);
}

function groupsAreWhole(before: MirroredUser, snapshot: Snapshot, after: MirroredUser): boolean {
  const brought = snapshot.source === 'event' || snapshot.source === 'read' ? snapshot : undefined;
  const profiles = [
    before.profile.content,
    brought?.profile ?? (snapshot.source === 'token' ? claimed(before, snapshot) : undefined),
  ];
  const records = [before.record?.content, brought?.record];
  return (
    profiles.some((profile) => isDeepStrictEqual(profile, after.profile.content)) &&
    records.some((record) => isDeepStrictEqual(record, after.record?.content))
  );
}

/** The stored profile with the token's claims over it: a claim that is absent clears nothing. */
function claimed(before: MirroredUser, { claims }: TokenSnapshot): unknown {
  return { ...before.profile.content, ...claims };
}

function tombstoneStands(before: MirroredUser, snapshot: Snapshot, after: MirroredUser): boolean {
  if (!before.tombstone) return true;
  if (after.tombstone) return after.tombstone.deletedAt >= before.tombstone.deletedAt && keepsErasure(before, after);
  return liftedBy(snapshot) && mayLift(before.tombstone, snapshot) && after.restoredAt === seenAt(snapshot);
}

function keepsErasure(before: MirroredUser, after: MirroredUser): boolean {
  return before.tombstone?.erasedAt === after.tombstone?.erasedAt;
}

/** And forgotten with a deletion. */
function learnsOfClerk({ tombstone }: MirroredUser, snapshot: Snapshot, { tombstone: after }: MirroredUser): boolean {
  if (!tombstone || !after) return !after?.inClerk;
  if (tombstone.inClerk) return after.inClerk === true || snapshot.source === 'deletion';
  const byRun = snapshot.source === 'read' && snapshot.lifts === 'deleted' && tombstone.erasedAt !== undefined;
  return (after.inClerk ?? false) === (byRun && seenAt(snapshot) > tombstone.deletedAt + FIVE_MINUTES_MS);
}

function liftedBy(snapshot: Snapshot): boolean {
  return snapshot.source === 'read' && snapshot.lifts !== 'none';
}

function mayLift(tombstone: Tombstone, snapshot: Snapshot): boolean {
  const explicit = snapshot.source === 'read' && snapshot.lifts === 'erased';
  return seenAt(snapshot) > tombstone.deletedAt + FIVE_MINUTES_MS && (tombstone.erasedAt === undefined || explicit);
}

function seenAt(snapshot: Snapshot): number {
  return snapshot.source === 'read' ? snapshot.seenAt : 0;
}

function sameFields(before: MirroredUser, after: MirroredUser): boolean {
  return isDeepStrictEqual([before.profile, before.record, before.locked], [after.profile, after.record, after.locked]);
}

function deleted(before: MirroredUser, at: number, { next }: Settled): boolean {
  const late = before.restoredAt !== undefined && at <= before.restoredAt;
  const expected = late ? before.tombstone?.deletedAt : Math.max(at, before.tombstone?.deletedAt ?? 0);
  return next.tombstone?.deletedAt === expected && sameFields(before, next);
}

/** A token touches the profile only, and a stored one only with an order that can be believed. */
function tokenKeepsToItsPlace(
  stored: MirroredUser | undefined,
  token: TokenSnapshot,
  { next, write }: Settled,
  now: number,
): boolean {
  const before = stored ?? blankUser(token.id);
  const standing = ({ record, locked, tombstone, restoredAt }: MirroredUser) => [record, locked, tombstone, restoredAt];
  if (!isDeepStrictEqual(standing(before), standing(next))) return false;
  if (isOrdered(token, now)) return true;
  return stored ? !write : next.profile.version.asOf === 0 && next.profile.version.seenAt === 0;
}

/** Whether a token says when its claims were true: all four of them, at a time that is not far ahead. */
export function isOrdered({ claims, asOf }: TokenSnapshot, now: number): boolean {
  return asOf !== undefined && asOf <= now + FIVE_MINUTES_MS && Object.keys(claims).length === 4;
}
