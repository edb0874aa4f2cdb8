import type { RosterChange, RosterEntry } from '../domain/roster.ts';
import type { CallOptions } from './user-store.ts';

export interface RosterPage {
  /** Entries at most, 1 to 1,000. */
  readonly limit: number;
  /** Where it goes on: `next` of the page before. */
  readonly after?: string;
}

export interface ListedEntries {
  readonly entries: readonly RosterEntry[];
  /** What to pass as `after` for the next page; undefined when there is none. A page may be short and yet have a next. */
  readonly next: string | undefined;
}

/**
 * The pre-registered people. Links are made and undone in the transaction that writes the user (`UserWrite.roster`): what
 * changes here leaves them as they are. Every method throws StoreUnavailable.
 */
export interface RosterStore {
  /** @param email normalised; a consistent read */
  get(email: string, options?: CallOptions): Promise<RosterEntry | undefined>;
  /** Entries by address. The list may lag; each entry is as it is now. */
  list(page: RosterPage, options?: CallOptions): Promise<ListedEntries>;
  /**
   * Changes one entry by itself.
   * @returns whether it was done; false when it is not as it was read
   */
  change(change: RosterChange, options?: CallOptions): Promise<boolean>;
  /** Removes what a transaction has left of an entry that went with its user: its key is her address. */
  sweep(email: string, options?: CallOptions): Promise<void>;
}
