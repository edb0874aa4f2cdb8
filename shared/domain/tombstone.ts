import type { EventSnapshot, ReadAuthority, ReadSnapshot } from './snapshot.ts';
import type { Tombstone } from './user.ts';

/** A read must have begun this much later than the deletion (ms): Clerk's own reads may lag behind its events. */
export const RESTORE_MARGIN_MS = 5 * 60_000;

/**
 * Whether a tombstone yields: only to an authoritative read that began more than five minutes after it, and an erased user
 * only to an explicit restoration. No event ever revives anyone.
 */
export function yieldsTo(tombstone: Tombstone, snapshot: EventSnapshot | ReadSnapshot): boolean {
  const lifts: readonly ReadAuthority[] = tombstone.erasedAt === undefined ? ['deleted', 'erased'] : ['erased'];
  return isLaterRead(tombstone, snapshot, lifts);
}

/**
 * Whether a read shows that Clerk has an erased user whom the tombstone takes for deleted: by a mistaken deletion, or since her
 * erasure relied on a list that left her out. Then there is no end of what could bring her back.
 */
export function isInClerkAfterAll(tombstone: Tombstone, snapshot: EventSnapshot | ReadSnapshot): boolean {
  if (tombstone.erasedAt === undefined || tombstone.inClerk) return false;
  return isLaterRead(tombstone, snapshot, ['deleted']);
}

function isLaterRead(
  { deletedAt }: Tombstone,
  snapshot: EventSnapshot | ReadSnapshot,
  lifts: readonly ReadAuthority[],
): boolean {
  if (snapshot.source !== 'read') return false;
  return lifts.includes(snapshot.lifts) && snapshot.seenAt > deletedAt + RESTORE_MARGIN_MS;
}
