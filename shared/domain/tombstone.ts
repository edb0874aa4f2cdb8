import type { EventSnapshot, ReadAuthority, ReadSnapshot } from './snapshot.ts';
import type { Tombstone } from './user.ts';

/** A read must have begun this much later than the deletion (ms): Clerk's own reads may lag behind its events. */
export const RESTORE_MARGIN_MS = 5 * 60_000;

/**
 * Whether a tombstone yields: only to an authoritative read that began more than five minutes after it, and an erased user
 * only to an explicit restoration. No event ever revives anyone.
 */
export function yieldsTo(tombstone: Tombstone, snapshot: EventSnapshot | ReadSnapshot): boolean {
  if (snapshot.source !== 'read') return false;
  const lifts: readonly ReadAuthority[] = tombstone.erasedAt === undefined ? ['deleted', 'erased'] : ['erased'];
  return lifts.includes(snapshot.lifts) && snapshot.seenAt > tombstone.deletedAt + RESTORE_MARGIN_MS;
}
