import type { Profile, UserRecord } from './user.ts';

/** What one source says about one user at one moment. */
export type Snapshot = EventSnapshot | ReadSnapshot | TokenSnapshot | DeletionSnapshot;

interface WholeUser {
  readonly id: string;
  readonly profile: Profile;
  readonly record: UserRecord;
  readonly locked: boolean;
  /** Clerk's `updated_at`, ms. */
  readonly asOf: number;
  /** When the source looked, ms. */
  readonly seenAt: number;
}

/** A `user.created` or `user.updated` webhook. `seenAt` is its envelope's `timestamp`. */
export interface EventSnapshot extends WholeUser {
  readonly source: 'event';
}

/**
 * Who reads decides which tombstones the read may lift: a read for one request none, a reconcile run or an admin those of
 * deleted users, an admin's explicit restoration also those of erased ones.
 */
export type ReadAuthority = 'none' | 'deleted' | 'erased';

/** A read of Clerk's API. `seenAt` is when the read began. It always settles. */
export interface ReadSnapshot extends WholeUser {
  readonly source: 'read';
  readonly lifts: ReadAuthority;
  /**
   * Whether it settles against any version: a read of this one user for a run that is asked to mend what was edited by hand.
   * Only here may a version go back; see `forced-read.ts`.
   */
  readonly forced?: boolean;
}

/** The claims of a verified session token. A claim that the token does not carry is absent here, and is not compared. */
export interface TokenSnapshot {
  readonly source: 'token';
  readonly id: string;
  readonly claims: Partial<Profile>;
  /** Clerk's `updated_at` as the token carries it, ms; undefined if it does not. */
  readonly asOf: number | undefined;
}

/** A `user.deleted` webhook, or an absence that Clerk has confirmed. */
export interface DeletionSnapshot {
  readonly source: 'deletion';
  readonly id: string;
  /** Envelope's `timestamp`, else receipt; start of the read that found the user gone. ms. */
  readonly at: number;
}
