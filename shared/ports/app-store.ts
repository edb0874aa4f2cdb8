import type { AppChange } from '../domain/app-change.ts';
import type { StoredUser } from '../domain/user.ts';
import type { CallOptions } from './user-store.ts';

/**
 * The application's attributes of a user, as her own requests change them. The adapters in `memory/` and `dynamodb/` pass one
 * contract suite.
 */
export interface AppStore {
  /**
   * Reads a user to change her `app`; consistently.
   * @returns undefined for a user who is not stored
   * @throws StoreUnavailable when the store cannot be reached in time
   */
  read(userId: string, options?: CallOptions): Promise<AppReading | undefined>;
}

/** A user as she was read, and the way to change her `app` from there. */
export interface AppReading {
  readonly user: StoredUser;
  /**
   * Sets and removes the attributes that the change names, and no other attribute of the item: neither `revision` nor anything
   * of the synchronisation. On condition that nobody has written the user or anything of her `app` since she was read.
   *
   * @param change at most 64 attributes
   * @returns `written` with the user as she now stands, or `lost` with the user as another writer has left her
   * @throws StoreUnavailable when the store cannot be reached in time
   * @throws UnstorableUser when it cannot be kept faithfully (too large, a number out of range, nested too deep)
   */
  write(change: AppChange, options?: CallOptions): Promise<AppWriteResult>;
}

export type AppWriteResult =
  | { readonly status: 'written'; readonly user: StoredUser }
  | { readonly status: 'lost'; readonly current: AppReading | undefined };
