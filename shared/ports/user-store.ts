import type { ErasingWrite } from '../domain/erase.ts';
import type { LeftOver, Name, Reservation } from '../domain/names.ts';
import type { NameMove } from '../domain/plan-names.ts';
import type { RosterChange } from '../domain/roster.ts';
import type { HeldNames, MirroredUser, Path, RunChange, StoredUser } from '../domain/user.ts';
import type { Version } from '../domain/version.ts';
import type { Lease } from './lease-store.ts';

/** The mirror's users. The adapters in `memory/` and `dynamodb/` pass one contract suite. */
export interface UserStore {
  /**
   * @param options.consistent whether a write that has just been acknowledged must be seen; twice the price
   * @throws StoreUnavailable when the store cannot be reached in time
   * @throws MalformedItem for an item that is not as the synchronisation writes it
   */
  get(id: string, options?: ReadOptions): Promise<StoredUser | undefined>;

  /**
   * Writes on condition that the revision is still the one that was read; with no expected user, that there is none.
   * Names the attributes of the synchronisation only: the application's `app` survives. Where names move, they move in the
   * same transaction.
   *
   * @returns `written` with the user as it now stands (`app` as it was read, where names moved), `lost` with the user that
   * another writer has put there, or `names-changed` with what the reservations in its way are now
   * @throws StoreUnavailable when the store cannot be reached in time
   * @throws UnstorableUser when the user cannot be kept faithfully (too large, a number out of range, nested too deep)
   * @throws LeaseLost when the write names a lease that is not the writer's any more: nothing is written
   */
  write(write: UserWrite, options?: CallOptions): Promise<WriteResult>;

  /**
   * Writes several users and the names that move between them in one transaction: all or nothing, on the same conditions.
   * @throws as `write` does
   */
  writeTogether(writes: readonly UserWrite[], options?: CallOptions): Promise<JointWriteResult>;

  /** Who has a name; a consistent read. @throws StoreUnavailable */
  reservation(name: Name, options?: CallOptions): Promise<Reservation>;

  /** The live user who has a name; consistent reads. @throws StoreUnavailable */
  find(name: Name, options?: CallOptions): Promise<StoredUser | undefined>;

  /**
   * Takes what is out of date out of a reservation and, when nobody needs it any more, removes it.
   * @returns whether it was done; false when the reservation has changed since it was read
   * @throws StoreUnavailable
   */
  tidy(reservation: Reservation, leftOver: LeftOver, options?: CallOptions): Promise<boolean>;

  /** Names that somebody waits for, the longest waited for first. A hint: the reservation decides. */
  listConflicts(options?: CallOptions): AsyncIterable<Name>;

  /** Deleted users whose personal fields have not been erased, the earliest deletion first: a hint, the item decides. */
  listDeleted(range: DeletionRange, options?: CallOptions): AsyncIterable<DeletedUser>;

  /** Ids of users who were erased while Clerk had them and whose deletion has not been heard of since. A hint, too. */
  listErasedInClerk(options?: CallOptions): AsyncIterable<string>;

  /** Live users that Clerk created from `from` (ms) on, ascending by creation time and then by id; read page by page. */
  listByCreation(from: number, options?: CreationOptions): AsyncIterable<IndexedUser>;

  /** Live users whose Clerk creation time is not known yet: created from a token, no record so far. */
  listUnknownCreation(options?: CallOptions): AsyncIterable<IndexedUser>;

  /**
   * How many live users there are, without reading one: month by month of their creation in Clerk, from the month of `from`
   * (ms) on, and last of all those whose creation time is not known. A hint, since the index lags.
   */
  countLive(from: number, options?: CallOptions): AsyncIterable<LiveCount>;
}

/** The live users of one month (UTC), or those whose creation time is not known. */
export interface LiveCount {
  readonly users: number;
  /** From when on the rest is counted, ms: the next month's beginning; undefined when there is no rest. */
  readonly next: number | undefined;
}

export interface DeletionRange {
  /** Users deleted at this time or later, ms. */
  readonly from: number;
  /** Users deleted before this time, ms. */
  readonly until: number;
}

export interface DeletedUser {
  readonly id: string;
  /** ms; 0 for a deletion that is dated before 1970. */
  readonly deletedAt: number;
}

export interface CallOptions {
  readonly signal?: AbortSignal;
}

export interface CreationOptions extends CallOptions {
  /** Only users that Clerk created before this time, ms: nothing beyond it is read. */
  readonly until?: number;
}

export interface ReadOptions extends CallOptions {
  readonly consistent?: boolean;
  /**
   * Also tells what the item says of itself (`StoredUser.item`). With `mend`, a user whose item cannot be read as a whole comes
   * all the same, with something harmless for what cannot.
   */
  readonly examine?: 'read' | 'mend';
}

export interface UserWrite {
  readonly next: MirroredUser;
  /** The user that the decision was made from; undefined if none was found. */
  readonly expected: StoredUser | undefined;
  readonly path: Path;
  /** `fingerprint(next)`, kept on the index so that drift is seen without reading the item. */
  readonly fingerprint: string;
  /** ms. */
  readonly now: number;
  /** The names that the user holds after the write. */
  readonly held: HeldNames;
  /** The names that move with it. */
  readonly moves: readonly NameMove[];
  /** A deleted user whose `app` this one inherits where it has no attribute of that name itself; goes with a taken email. */
  readonly inheritFrom?: string;
  /** What becomes of the roster; without it the user's entry stays hers. */
  readonly roster?: RosterWrite;
  /** What a reconcile run notes on the user; without it an earlier note stays. */
  readonly runChange?: RunChange;
  /** Written on condition that this lease is still the writer's, in the same transaction. */
  readonly lease?: Lease;
  /** Empties `app` and gives the item a time to live, where one is given: the user's personal data are erased. */
  readonly erase?: ErasingWrite;
}

export interface RosterWrite {
  /** Address of the user's entry after the write. */
  readonly link: string | undefined;
  /** Entries that change in the same transaction. */
  readonly changes: readonly RosterChange[];
}

export type WriteResult =
  | { readonly status: 'written'; readonly user: StoredUser }
  | { readonly status: 'lost'; readonly current: StoredUser | undefined }
  | NamesChanged;

export type JointWriteResult =
  | { readonly status: 'written'; readonly users: readonly StoredUser[] }
  | { readonly status: 'lost' }
  | NamesChanged;

/**
 * A name is not as the write took it to be: somebody else has it or, where the write would wait for it, nobody has. Or a roster
 * entry is not as it was read, of which nothing is told.
 */
export interface NamesChanged {
  readonly status: 'names-changed';
  readonly seen: readonly Reservation[];
}

/** A row of the index: a hint, since the index lags. The item read by key decides. */
export interface IndexedUser {
  readonly id: string;
  /** ms; 0 in the list of users whose creation time is unknown. */
  readonly clerkCreatedAt: number;
  readonly fingerprint: string;
  readonly profileVersion: Version;
  readonly recordVersion: Version | undefined;
}

/** The store did not answer in time, was throttled or failed: the same call may succeed later. */
export class StoreUnavailable extends Error {
  readonly code = 'store_unavailable';
  override readonly name = 'StoreUnavailable';
}

/** The store cannot keep this user faithfully: repeating the call cannot help. */
export class UnstorableUser extends Error {
  readonly code = 'unstorable_user';
  override readonly name = 'UnstorableUser';
}

/** A write named a lease that another run has taken, or that was let go of: whoever writes is not the one run any more. */
export class LeaseLost extends Error {
  readonly code = 'lease_lost';
  override readonly name = 'LeaseLost';
}
