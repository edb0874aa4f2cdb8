import type { Profile, UserRecord } from '../domain/user.ts';

/** A user as Clerk's API answers one. */
export interface DirectoryUser {
  readonly id: string;
  readonly profile: Profile;
  readonly record: UserRecord;
  readonly locked: boolean;
  /** Clerk's `updated_at`, ms. */
  readonly asOf: number;
}

/** Clerk's Backend API, as far as the synchronisation needs it. Every method throws DirectoryUnavailable. */
export interface UserDirectory {
  /** @returns the user, or undefined when Clerk answers 404 `resource_not_found`: nothing else counts as an absence */
  getUser(id: string, options?: DirectoryOptions): Promise<DirectoryUser | undefined>;
  /** One page, ascending by creation time. Its order among equal times is Clerk's own. */
  listUsers(page: DirectoryPage, options?: DirectoryOptions): Promise<readonly DirectoryUser[]>;
  /** One page, descending by the time of the last update. Its order among equal times is Clerk's own. */
  listUpdated(page: UpdatedPage, options?: DirectoryOptions): Promise<readonly DirectoryUser[]>;
  /** Those of at most 100 ids that exist. */
  listUsersById(ids: readonly string[], options?: DirectoryOptions): Promise<readonly DirectoryUser[]>;
  /** Clerk's own count of its users. */
  countUsers(options?: DirectoryOptions): Promise<number>;
  /** The id of the instance that the secret key belongs to (`ins_…`). */
  instanceId(options?: DirectoryOptions): Promise<string>;
}

export interface DirectoryOptions {
  readonly signal?: AbortSignal;
}

export interface DirectoryPage {
  /** 1 to 500. */
  readonly limit: number;
  /** Only users created after this time, ms; exclusive. */
  readonly createdAfter?: number;
  /** Only users that come after this one in Clerk's order. */
  readonly startingAfter?: string;
  /** Only banned users. */
  readonly banned?: true;
}

/** In this order Clerk knows no cursor. */
export interface UpdatedPage {
  /** 1 to 500. */
  readonly limit: number;
  /** How many users to pass over. */
  readonly offset: number;
}

interface UnavailableFacts {
  readonly status?: number;
  readonly retryAfterMs?: number;
  readonly heldBack?: boolean;
  readonly cause?: unknown;
}

/** Clerk did not answer, refused for its rate limit or failed. Says nothing about any user. */
export class DirectoryUnavailable extends Error {
  readonly code = 'directory_unavailable';
  override readonly name = 'DirectoryUnavailable';
  /** Clerk's HTTP status; undefined when there was no answer. */
  readonly status: number | undefined;
  /** What Clerk asked to wait, ms. */
  readonly retryAfterMs: number | undefined;
  /** Whether the call was never made: limits of our own held it back. */
  readonly heldBack: boolean;

  constructor(message: string, facts: UnavailableFacts = {}) {
    super(message, { cause: facts.cause });
    this.status = facts.status;
    this.retryAfterMs = facts.retryAfterMs;
    this.heldBack = facts.heldBack ?? false;
  }
}

/** A cursor that Clerk does not accept (any more): its user may have been deleted between two pages. */
export class CursorRefused extends Error {
  readonly code = 'cursor_refused';
  override readonly name = 'CursorRefused';
}
