import type { Action } from './action.ts';
import { listAudit } from './audit.ts';
import { listConflicts } from './conflicts.ts';
import { importRoster } from './import-roster.ts';
import { dismissEvent, listQuarantine, replayOne } from './quarantine.ts';
import { deleteRosterEntry, linkRosterEntry, listRoster, putRosterEntry, unlinkRosterEntry } from './roster.ts';
import { approveRun, getRun, listRuns, syncUsers } from './runs.ts';
import { eraseOne, restoreOne, syncOne } from './users.ts';

/** Every admin route, by its key as the template has it. */
export const ACTIONS: Readonly<Record<string, Action>> = {
  'POST /admin/sync-users': syncUsers,
  'GET /admin/sync-runs': listRuns,
  'GET /admin/sync-runs/{id}': getRun,
  'POST /admin/sync-runs/{id}/approve-deletions': approveRun,
  'POST /admin/users/{id}/sync': syncOne,
  'POST /admin/users/{id}/restore': restoreOne,
  'POST /admin/users/{id}/erase': eraseOne,
  'GET /admin/quarantine': listQuarantine,
  'POST /admin/quarantine/{id}/replay': replayOne,
  'POST /admin/quarantine/{id}/dismiss': dismissEvent,
  'GET /admin/roster': listRoster,
  'PUT /admin/roster/{email}': putRosterEntry,
  'DELETE /admin/roster/{email}': deleteRosterEntry,
  'POST /admin/roster/{email}/link': linkRosterEntry,
  'POST /admin/roster/{email}/unlink': unlinkRosterEntry,
  'POST /admin/roster/import': importRoster,
  'GET /admin/conflicts': listConflicts,
  'GET /admin/audit': listAudit,
};
