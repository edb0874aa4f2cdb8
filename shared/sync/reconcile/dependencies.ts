import type { InstanceStore } from '../../ports/instance-store.ts';
import type { RunStore } from '../../ports/run-store.ts';
import type { UserDirectory } from '../../ports/user-directory.ts';
import type { SyncDependencies } from '../apply-snapshot.ts';
import type { DeletionGuard } from './guard.ts';
import { DELETION_GUARD } from './guard.ts';

/** Everything a reconcile run depends on. The directory is expected to repeat a call that Clerk refused for a moment. */
export interface ReconcileDependencies extends SyncDependencies {
  readonly directory: UserDirectory;
  readonly runs: RunStore;
  readonly instance: Pick<InstanceStore, 'claim'>;
  readonly limits: ReconcileLimits;
}

export interface ReconcileLimits {
  /** Users that a page of Clerk's list has, 1 to 500. */
  readonly pageSize: number;
  /** Time after which a chunk ends at the next page, ms. */
  readonly chunkMs: number;
  /** Users written, or asked about, at the same time. */
  readonly atOnce: number;
  /** Time for writing one user, retries included, ms. */
  readonly budgetMs: number;
  readonly guard: DeletionGuard;
}

/**
 * 45 s leave a chunk that is late by one page far from the function's 120 s. Eight users at once keep the table busier than
 * one page of Clerk's list can ask for, and stay small in memory.
 */
export const RECONCILE_LIMITS: ReconcileLimits = {
  pageSize: 500,
  chunkMs: 45_000,
  atOnce: 8,
  budgetMs: 5_000,
  guard: DELETION_GUARD,
};

/** A run as every chunk needs to know it. */
export interface RunIdentity {
  readonly id: string;
  /** ms. */
  readonly startedAt: number;
}
