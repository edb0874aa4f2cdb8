import type { DeletionSnapshot, EventSnapshot } from '../../domain/snapshot.ts';
import type { MirroredUser } from '../../domain/user.ts';
import type { LogFacts } from '../../ports/log.ts';

/**
 * Why the rule has found an event stale, for the log: which of its words, and the two times that it went by. No value of the
 * user's fields.
 *
 * - `restored-since`: a deletion from before a read has seen the user alive
 * - `deleted`: no event lifts a tombstone
 * - `older`: the table has what Clerk said later
 * - `seen-earlier`: of one version and other content; the table's was seen later
 *
 * @param stored the user who stands, as the rule has left it
 */
export function whyStale(stored: MirroredUser, snapshot: EventSnapshot | DeletionSnapshot): LogFacts {
  if (snapshot.source === 'deletion') return facts('restored-since', snapshot.at, stored.restoredAt);
  if (stored.tombstone) return facts('deleted', snapshot.asOf, stored.tombstone.deletedAt);
  const asOf = Math.max(stored.profile.version.asOf, stored.record?.version.asOf ?? 0);
  if (snapshot.asOf < asOf) return facts('older', snapshot.asOf, asOf);
  const seenAt = Math.max(stored.profile.version.seenAt, stored.record?.version.seenAt ?? 0);
  return facts('seen-earlier', snapshot.seenAt, seenAt);
}

type Because = 'restored-since' | 'deleted' | 'older' | 'seen-earlier';

function facts(because: Because, event: number, stored: number | undefined): LogFacts {
  return { because, eventTime: iso(event), storedTime: stored === undefined ? undefined : iso(stored) };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
