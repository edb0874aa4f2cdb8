import type { MirroredUser, Path, StoredUser } from '../domain/user.ts';
import type { Version } from '../domain/version.ts';

/** The mirror's users. The adapters in `memory/` and `dynamodb/` pass one contract suite. */
export interface UserStore {
  /**
   * @param options.consistent whether a write that has just been acknowledged must be seen; twice the price
   * @throws StoreUnavailable when the store cannot be reached in time
   */
  get(id: string, options?: ReadOptions): Promise<StoredUser | undefined>;

  /**
   * Writes on condition that the revision is still the one that was read; with no expected user, that there is none.
   * Names the attributes of the synchronisation only: the application's `app` survives.
   *
   * @returns `written` with the user as it now stands, or `lost` with the user that another writer has put there
   * @throws StoreUnavailable when the store cannot be reached in time
   * @throws UnstorableUser when the user cannot be kept faithfully (too large, a number out of range, nested too deep)
   */
  write(write: UserWrite, options?: CallOptions): Promise<WriteResult>;

  /** Live users that Clerk created from `from` (ms) on, ascending by creation time and then by id; read page by page. */
  listByCreation(from: number, options?: CallOptions): AsyncIterable<IndexedUser>;

  /** Live users whose Clerk creation time is not known yet: created from a token, no record so far. */
  listUnknownCreation(options?: CallOptions): AsyncIterable<IndexedUser>;
}

export interface CallOptions {
  readonly signal?: AbortSignal;
}

export interface ReadOptions extends CallOptions {
  readonly consistent?: boolean;
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
}

export type WriteResult =
  | { readonly status: 'written'; readonly user: StoredUser }
  | { readonly status: 'lost'; readonly current: StoredUser | undefined };

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
