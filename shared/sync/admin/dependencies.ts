import type { InstanceStore } from '../../ports/instance-store.ts';
import type { UserDirectory } from '../../ports/user-directory.ts';
import type { EraseDependencies } from '../erasure/erase-mirrored.ts';

/** What it takes to do to one user what a person asks for. */
export interface AdminUserDependencies extends EraseDependencies {
  readonly directory: UserDirectory;
  readonly instance: InstanceStore;
}

/** Time for the table, ms. */
export const BUDGET_MS = 5_000;
