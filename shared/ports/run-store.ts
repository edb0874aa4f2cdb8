import type { Unreadable } from './unreadable.ts';

/** A reconcile run as the table keeps it. Counts only: never a value of a user's fields. */
export interface Run {
  readonly id: string;
  readonly mode: RunMode;
  /** The held run whose deletions this one makes, where it is their approval. */
  readonly approves?: string;
  /** The one user it is about. */
  readonly userId?: string;
  /** Whether it only said what it would do: its counts are of that. */
  readonly dryRun?: boolean;
  /** Whether it read every item. */
  readonly force?: boolean;
  /** Whether it is a full run that has judged who is to be deleted, whatever failed later; one of an earlier version does not say. */
  readonly hasJudged?: boolean;
  /** Where an incremental run was told to begin, ms of Clerk's `updated_at`; without it, at the watermark. */
  readonly since?: number;
  /** Why a run that began as an incremental one has become a full one, in words. */
  readonly becauseFull?: string;
  /**
   * `requested`: asked for, and not at work yet; it may be waiting for another one. `drift`: a dry run that found something to
   * repair. `skipped`: another run was at work, and this one did nothing.
   */
  readonly status: 'requested' | 'running' | 'in-sync' | 'repaired' | 'drift' | 'held' | 'failed' | 'skipped';
  /** ms. */
  readonly startedAt: number;
  /** ms. */
  readonly endedAt: number | undefined;
  readonly counts: RunCounts;
  /** Users that differed, by field. */
  readonly drift: Readonly<Record<string, number>>;
  /** Who differed, in what and probably why; empty in a run of an earlier version. */
  readonly report: DriftReport;
  /** Why deletions were held, in words for the one on call. */
  readonly heldBecause: string | undefined;
  /** Why the run failed, in words for the one on call. */
  readonly failedBecause: string | undefined;
  /** Why the run was skipped, in words. */
  readonly skippedBecause?: string;
}

/**
 * Drift by kind: a field that differed, `missing` (not in the table), `extra` (not in Clerk), `buried` (deleted in the table
 * alone), or what was wrong with the item itself.
 */
export type DriftReport = Readonly<Record<string, DriftOfKind>>;

/** Never a value: only that it differs. */
export interface DriftOfKind {
  readonly users: number;
  /** Users by probable cause. */
  readonly causes: Readonly<Record<string, number>>;
  /** Age of the oldest of these differences when it was found, ms; absent where no age is known. */
  readonly oldestMs?: number;
  /** The first of the users, at most 100. */
  readonly userIds: readonly string[];
}

/**
 * `full`: all of Clerk beside all of the table. `incremental`: what Clerk has changed lately. `approve`: the deletions that a
 * held run proposed, each confirmed again. `user`: one user.
 */
export type RunMode = 'full' | 'incremental' | 'approve' | 'user';

export interface RunCounts {
  readonly clerkUsers: number;
  readonly storedUsers: number;
  readonly created: number;
  readonly updated: number;
  readonly deleted: number;
  readonly restored: number;
  /** Users in the table that Clerk's list does not have: proposals for deletion. */
  readonly suspects: number;
  /** Emails and usernames that somebody waits for after the run. */
  readonly conflicts: number;
  /** Users whom Clerk has and an admin has erased for good, in whom the two counts differ; absent where there are none. */
  readonly erasedInClerk?: number;
}

/** Of a run that has not come to look at anybody. */
export const NOTHING_COUNTED: RunCounts = {
  clerkUsers: 0,
  storedUsers: 0,
  created: 0,
  updated: 0,
  deleted: 0,
  restored: 0,
  suspects: 0,
  conflicts: 0,
};

/** How long the deletions that a run proposed can be looked at and approved: later they say nothing about today's users. */
export const HELD_DAYS = 30;

/** How far a run has come by its record: a later stage is never taken back. */
export const RUN_STAGE = { requested: 0, atWork: 1, ended: 2 } as const;

export type RunStage = (typeof RUN_STAGE)[keyof typeof RUN_STAGE];

export function stageOf({ status, endedAt }: Pick<Run, 'status' | 'endedAt'>): RunStage {
  if (endedAt !== undefined) return RUN_STAGE.ended;
  return status === 'requested' ? RUN_STAGE.requested : RUN_STAGE.atWork;
}

/** Runs and the deletions they propose. Every method throws StoreUnavailable. */
export interface RunStore {
  /**
   * Puts the run, over an earlier state of the same run: a request, then a run at work, then one that has ended. A state that
   * arrives when the record has come further changes nothing: a call that was given up may arrive after those that followed it.
   */
  save(run: Run): Promise<void>;
  /** Puts a run that does not seem to have been taken on, over its request alone: should it have been, its own record counts. */
  saveUnstarted(run: Run): Promise<void>;
  get(id: string): Promise<Run | undefined>;
  /** Runs that began at `since` (ms) or later, the earliest first; read page by page. None is left out. */
  list(since: number): AsyncIterable<Run | Unreadable>;
  /** Spools suspects as piece `piece` of the run; the same piece again replaces it, so that a repeated chunk does no harm. */
  putSuspects(runId: string, piece: number, userIds: readonly string[]): Promise<void>;
  /** Every spooled suspect of the run, piece by piece. */
  suspects(runId: string): AsyncIterable<readonly string[]>;
  /** Keeps creation times (ms, ascending) that divide Clerk's users into parts of about one size, in place of earlier ones. */
  putMarks(times: readonly number[]): Promise<void>;
  /** The times kept last; none before that. */
  marks(): Promise<readonly number[]>;
}
