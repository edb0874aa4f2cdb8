/**
 * One user's life in Clerk, small enough that every order in which its news can arrive is tried: 24 snapshots with all the
 * ways in which two of them can be hard to order.
 */
import type { Snapshot } from '../../../shared/domain/snapshot.ts';
import type { Profile, UserRecord } from '../../../shared/domain/user.ts';
import { ADA, ADAS_RECORD, completeToken, deletion, event, partialToken, read, SECOND } from './builders.ts';

interface ClerkVersion {
  /** Clerk's `updated_at`, ms. */
  readonly asOf: number;
  readonly profile: Profile;
  readonly record: UserRecord;
}

const married: Profile = { ...ADA, email: 'ada.newname@example.com', lastName: 'Newname' };
const grace: Profile = { ...ADA, firstName: 'Grace', imageUrl: null };
const LAST = SECOND + 120_500;

/** What Clerk held, one after the other. The second and third share a second, and the third takes the first's profile up again. */
export const HISTORY: readonly ClerkVersion[] = [
  { asOf: SECOND + 200, profile: ADA, record: { ...ADAS_RECORD, verifiedEmail: null } },
  { asOf: SECOND + 60_200, profile: married, record: ADAS_RECORD },
  { asOf: SECOND + 60_700, profile: ADA, record: { ...ADAS_RECORD, username: 'ada' } },
  { asOf: LAST, profile: grace, record: { ...ADAS_RECORD, publicMetadata: { cohort: 'autumn' } } },
  // Two changes that Clerk does not version: a ban, then a name.
  { asOf: LAST, profile: grace, record: { ...ADAS_RECORD, publicMetadata: { cohort: 'autumn' }, banned: true } },
  { asOf: LAST, profile: { ...grace, firstName: 'Hope' }, record: { ...ADAS_RECORD, banned: true } },
];

/** When the rule is asked, ms: after everything. */
export const NOW = SECOND + 700_000;

const FIVE_MINUTES_MS = 300_000;
const DELETED_EARLY = SECOND + 30_000;
const DELETED = SECOND + 200_000;
const RESTORING_READ = DELETED + FIVE_MINUTES_MS + 1;
const DELETED_LATE = SECOND + 600_000;

export interface Piece {
  readonly name: string;
  readonly snapshot: Snapshot;
  /** Which version of the history it tells of; undefined for a deletion. */
  readonly tells: number | undefined;
}

function version(index: number): ClerkVersion {
  const found = HISTORY[index];
  if (!found) throw new Error(`The history has no version ${index}.`);
  return found;
}

function piece(name: string, tells: number | undefined, snapshot: Snapshot): Piece {
  return { name, tells, snapshot };
}

function eventOf(index: number, delayMs = 2_000): Snapshot {
  return event({ ...version(index), seenAt: version(index).asOf + delayMs });
}

function tokenOf(index: number, asOf = version(index).asOf): Snapshot {
  return completeToken(asOf, version(index).profile);
}

export const PIECES: readonly Piece[] = [
  piece('event of version 0', 0, eventOf(0)),
  piece('a second event of version 0', 0, eventOf(0, 40_000)),
  piece('event of version 1', 1, eventOf(1)),
  piece('event of version 2', 2, eventOf(2)),
  piece('event of version 3', 3, eventOf(3)),
  piece('event of the ban, 3 s after version 3', 4, eventOf(4, 5_000)),
  piece('event of the name, 30 s after version 3', 5, eventOf(5, 32_000)),
  piece('token of version 0', 0, tokenOf(0)),
  piece('token of version 1', 1, tokenOf(1)),
  piece('token of version 2', 2, tokenOf(2)),
  piece('token of version 3', 3, tokenOf(3)),
  piece('token of version 5', 5, tokenOf(5)),
  piece('token of version 1, in seconds', 1, tokenOf(1, SECOND + 60_000)),
  piece('token of version 2, in seconds', 2, tokenOf(2, SECOND + 60_000)),
  piece('token of version 0 without updated_at', 0, completeToken(undefined, version(0).profile)),
  piece('token of version 1 with an email alone', 1, partialToken(version(1).asOf, { email: married.email })),
  piece('token of version 3, dated too far ahead', 3, tokenOf(3, NOW + FIVE_MINUTES_MS + 1)),
  piece('token without any claim', 0, partialToken(version(0).asOf, {})),
  piece('early deletion', undefined, deletion(DELETED_EARLY)),
  piece('deletion', undefined, deletion(DELETED)),
  piece('late deletion', undefined, deletion(DELETED_LATE)),
  piece('read for a request, of version 2', 2, read({ ...version(2), seenAt: SECOND + 61_000 })),
  piece('read by a run, too soon after the deletion', 3, read({ ...version(3), seenAt: DELETED + 100_000 }, 'deleted')),
  piece('read by a run, late enough to restore', 3, read({ ...version(3), seenAt: RESTORING_READ }, 'deleted')),
];

/** What Clerk holds once everything that these pieces tell of has happened. */
export type Truth =
  | { readonly state: 'live'; readonly version: number }
  | { readonly state: 'deleted'; readonly at: number };

/** Clerk's own state behind a set of pieces: deleted, unless somebody has read the user there since the last deletion. */
export function truthOf(pieces: readonly Piece[]): Truth {
  const deletions = pieces.flatMap(({ snapshot }) => (snapshot.source === 'deletion' ? [snapshot.at] : []));
  const reads = pieces.flatMap(({ snapshot }) => (snapshot.source === 'read' ? [snapshot.seenAt] : []));
  const at = Math.max(-1, ...deletions);
  if (at > Math.max(-1, ...reads)) return { state: 'deleted', at };
  return { state: 'live', version: Math.max(0, ...pieces.map(({ tells }) => tells ?? 0)) };
}

/** What a read of Clerk for a request says while Clerk holds each version: it settles, and lifts no tombstone. */
export const ANSWERS: readonly Snapshot[] = HISTORY.map((held) => read({ ...held, seenAt: NOW }));

/** What the next full run reads: it settles everything. */
export const FULL_RUNS: readonly Snapshot[] = HISTORY.map((held) =>
  read({ ...held, seenAt: NOW + FIVE_MINUTES_MS }, 'deleted'),
);
