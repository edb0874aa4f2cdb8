import type { UserDirectory } from '../../shared/ports/user-directory.ts';
import type { SyncDependencies } from '../../shared/sync/apply-snapshot.ts';
import type { AppDependencies } from '../../shared/sync/change-app.ts';

/** Everything the users' routes depend on. */
export interface UsersDependencies extends SyncDependencies, AppDependencies {
  readonly directory: UserDirectory;
}

/** Time for the table to take a write, its repetitions included, ms. */
export const TABLE_BUDGET_MS = 5_000;
