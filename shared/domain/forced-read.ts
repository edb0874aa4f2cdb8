import { MAX_AHEAD_MS } from './merge-token.ts';
import type { ReadSnapshot } from './snapshot.ts';
import type { MirroredUser, Register, Tombstone } from './user.ts';
import type { Version } from './version.ts';
import { isFromToken, LOWEST_VERSION, SEEN_MARGIN_MS } from './version.ts';

/**
 * The stored user as a forced read takes her: times that cannot be right are not believed. A version above Clerk's, whose
 * source looked before the read began, can only have been written by hand, and so can any look or deletion that is still to
 * come. The content stays: whether it differs is for the rule.
 *
 * A version whose source looked at about the time of the read, or since, may be a newer change that the read has missed.
 *
 * @param now ms
 * @returns the stored user itself where there is nothing to doubt
 */
export function withoutDoubtful(stored: MirroredUser, read: ReadSnapshot, now: number): MirroredUser {
  const profile = believed(stored.profile, read, now);
  const record = stored.record && believed(stored.record, read, now);
  const tombstone = stored.tombstone && believedTombstone(stored.tombstone, now);
  const isRestoredLater = stored.restoredAt !== undefined && isToCome(stored.restoredAt, now);
  const isDoubtful =
    profile !== stored.profile || record !== stored.record || tombstone !== stored.tombstone || isRestoredLater;
  if (!isDoubtful) return stored;
  return { ...stored, profile, record, tombstone, restoredAt: isRestoredLater ? read.seenAt : stored.restoredAt };
}

function believed<T>(register: Register<T>, read: ReadSnapshot, now: number): Register<T> {
  return isDoubtful(register.version, read, now) ? { content: register.content, version: LOWEST_VERSION } : register;
}

function isDoubtful(version: Version, read: ReadSnapshot, now: number): boolean {
  const at = lookedAt(version);
  return isToCome(at, now) || (version.asOf > read.asOf && at + SEEN_MARGIN_MS <= read.seenAt);
}

function believedTombstone(tombstone: Tombstone, now: number): Tombstone {
  return isToCome(tombstone.deletedAt, now) ? { ...tombstone, deletedAt: 0 } : tombstone;
}

function isToCome(ms: number, now: number): boolean {
  return ms > now + MAX_AHEAD_MS;
}

/** When the source of a version looked, ms; a token does not say, but it was made after the change that it tells. */
export function lookedAt(version: Version): number {
  return isFromToken(version) ? version.asOf : version.seenAt;
}
