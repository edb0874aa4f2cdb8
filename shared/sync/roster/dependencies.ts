import type { WriteDependencies } from '../names/write-user.ts';
import type { RosterAccess } from './roster-plan.ts';

/** What it takes to change the roster for a person. */
export interface RosterAdminDependencies extends WriteDependencies {
  readonly roster: RosterAccess;
}

/** Time for one entry, ms. */
export const BUDGET_MS = 5_000;
