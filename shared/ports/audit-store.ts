import type { Page, PageRequest } from './page.ts';

/**
 * What somebody with an admin key has done, or has tried to do. Ids, words and numbers only: never a key, an address or another
 * value of a person.
 */
export interface AuditEntry {
  readonly id: string;
  /** When it began, ms. */
  readonly at: number;
  /** Which key: a prefix of its hash. */
  readonly keyId: string;
  readonly action: string;
  /** What it was done to: the id of a user, a run or a message, or the hash of an address. */
  readonly target: string | undefined;
  /** `begun` until it is known what came of it: whoever finds that later looks at the log. Else a word such as `erased`. */
  readonly result: string;
  /** HTTP status of the answer; undefined as long as there is none. */
  readonly status: number | undefined;
}

export interface AuditRequest extends PageRequest {
  /** Only what began at this time or later, ms. */
  readonly from?: number;
}

/** The record of administrative actions, each kept for 400 days. Every method throws StoreUnavailable. */
export interface AuditStore {
  /** Keeps the entry, over an earlier state of the same one. */
  record(entry: AuditEntry): Promise<void>;
  /** What was done, the latest first. The list may lag. */
  list(page: AuditRequest): Promise<Page<AuditEntry>>;
}
