import type { Unreadable } from './unreadable.ts';

/** A signed event that could not be applied, kept for a replay. */
export interface QuarantinedEvent extends QuarantineEntry {
  /** The raw body, as signed. */
  readonly body: string;
  /** A stable word for why it could not be applied. */
  readonly reason: string;
}

/** What a list says of an event: enough to find it and to say whose it is. */
export interface QuarantineEntry {
  /** The `svix-id` of the message. */
  readonly id: string;
  /** When it first could not be applied, ms. */
  readonly firstAt: number;
  /** The user it is about, if that could be read. */
  readonly userId: string | undefined;
}

export interface QuarantineListing {
  /** Where a listing goes on: the last entry of the one before. */
  readonly after?: QuarantineEntry;
  /** Only events about this user. */
  readonly userId?: string;
}

/**
 * Where signed but unusable events wait, for 30 days and then no longer, whether or not they have been swept. Every method
 * throws StoreUnavailable.
 */
export interface Quarantine {
  /** Keeps the event; the first time and reason of the same id stand. */
  put(event: QuarantinedEvent): Promise<void>;
  get(id: string): Promise<QuarantinedEvent | undefined>;
  /**
   * What waits, oldest first, read page by page. It may lag: `get` decides. What stands among the events and cannot be told for one
   * is in every list, also in that of one user: it may be about her.
   */
  list(listing?: QuarantineListing): AsyncIterable<QuarantineEntry | Unreadable>;
  /**
   * Takes an event out, and its body with it at once. The same message may be put again afterwards.
   * @returns whether it was there
   */
  dismiss(id: string): Promise<boolean>;
}
