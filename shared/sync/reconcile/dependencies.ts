import type { InstanceStore } from '../../ports/instance-store.ts';
import type { LeaseStore } from '../../ports/lease-store.ts';
import type { Quarantine } from '../../ports/quarantine.ts';
import type { RunMode, RunStore } from '../../ports/run-store.ts';
import type { UserDirectory } from '../../ports/user-directory.ts';
import type { WatermarkStore } from '../../ports/watermark-store.ts';
import type { SyncDependencies } from '../apply-snapshot.ts';
import type { IdsReported } from './drift-report.ts';
import type { DeletionGuard } from './guard.ts';
import { DELETION_GUARD } from './guard.ts';

/** Everything a reconcile run depends on. The directory is expected to repeat a call that Clerk refused for a moment. */
export interface ReconcileDependencies extends SyncDependencies {
  readonly directory: UserDirectory;
  readonly runs: RunStore;
  readonly lease: LeaseStore;
  readonly instance: InstanceStore;
  readonly watermark: WatermarkStore;
  /** Where signed events wait that could not be applied: every run tells how many. */
  readonly quarantine: Pick<Quarantine, 'list'>;
  readonly limits: ReconcileLimits;
  /** Absent where the personal fields of deleted users are kept for good. */
  readonly retention?: Retention;
}

export interface Retention {
  /** Days for which the personal fields of a deleted user are kept. */
  readonly days: number;
  /** Where events about her may wait: they are personal data, too. */
  readonly quarantine: Pick<Quarantine, 'list' | 'dismiss'>;
}

export interface ReconcileLimits {
  /** Users that a page of Clerk's list has, 1 to 500. */
  readonly pageSize: number;
  /** Windows of creation time that are walked at the same time, at least 1. */
  readonly windows: number;
  /** Users of one creation time above which they are neither held in memory nor walked in one piece. */
  readonly largeMoment: number;
  /** Time after which a chunk ends at the next page, ms. */
  readonly chunkMs: number;
  /** Users written, or asked about, at the same time, over all windows. */
  readonly atOnce: number;
  /** Time for writing one user, retries included, ms. */
  readonly budgetMs: number;
  readonly guard: DeletionGuard;
  /** Nobody is deleted whom an event or a token has brought less than this before the run began, ms. */
  readonly graceMs: number;
  /** Time after which a run that is not heard of has lost the lease, ms. */
  readonly leaseMs: number;
  /** Users changed since the watermark, above which an incremental run becomes a full one. */
  readonly mostChanged: number;
}

/**
 * A page of 500 users takes Clerk a second or two: four windows read as many pages in that time. 5,000 users of one creation
 * time are a megabyte, and ten pages that a chunk may have to read again. 60 s leave a chunk that is late by one page far from
 * the function's 120 s. Eight users at once keep the table busier than one page of Clerk's list can ask for, and stay small in
 * memory. A lease of 5 minutes outlives the longest invocation and the
 * longest pause between two attempts; Clerk may not know a minute-old user everywhere.
 */
export const RECONCILE_LIMITS: ReconcileLimits = {
  pageSize: 500,
  windows: 4,
  largeMoment: 5_000,
  chunkMs: 60_000,
  atOnce: 8,
  budgetMs: 5_000,
  guard: DELETION_GUARD,
  graceMs: 60_000,
  leaseMs: 300_000,
  mostChanged: 20_000,
};

/** A run, from the moment on which it has the lease. */
export interface RunIdentity {
  readonly id: string;
  readonly mode: RunMode;
  /** The held run whose deletions are approved. */
  readonly approves?: string;
  /** The one user it is about. */
  readonly userId?: string;
  /** Whether it only says what it would do. */
  readonly dryRun?: boolean;
  /** Whether it reads every item. */
  readonly force?: boolean;
  /** Where an incremental run was told to begin, ms of Clerk's `updated_at`. */
  readonly since?: number;
  /** Why a run that began as an incremental one has become a full one, in words. */
  readonly becauseFull?: string;
  /** ms. */
  readonly startedAt: number;
  /** Fence of its lease. */
  readonly fence: number;
}

/** A chunk of a run. Whatever is changed in it carries its name, so that it counts the same however often it is repeated. */
export interface ChunkIdentity extends RunIdentity {
  /** Name of the step, once in a run. */
  readonly step: string;
  /** Ids that the run's drift report has already, by kind. */
  readonly reported?: IdsReported;
}

/** Whether a run looks for what was edited by hand: a forced one, and one that is about a single user. */
export function isThorough({ force = false, mode }: Pick<RunIdentity, 'force' | 'mode'>): boolean {
  return force || mode === 'user';
}
