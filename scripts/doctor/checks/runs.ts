import type { Run } from '../../../shared/ports/run-store.ts';
import { isReadable } from '../../../shared/ports/unreadable.ts';
import { waitingForApproval } from '../../../shared/sync/reconcile/held-runs.ts';
import type { Check, Finding } from '../finding.ts';
import { failed, ok, skipped } from '../finding.ts';
import type { Patient } from '../patient.ts';
import { LOOK_BACK_DAYS, recentRuns, unreadableRuns } from '../recent-runs.ts';

/** Whether runs come to their end, and nothing waits for a person. */
export const RUN_CHECKS: readonly Check[] = [
  { name: 'last-full-run', examine: withTable(lastFullRun) },
  { name: 'held-run', examine: withTable(heldRun) },
  { name: 'run-records', examine: withTable(runRecords) },
  { name: 'quarantine', examine: withTable(quarantine) },
];

const HOUR_MS = 3_600_000;

/** As the alarm `NoFullRun` has it: a day, and time for the run. */
const LONGEST_HOURS = 26;

function withTable(examine: (patient: Patient) => Promise<Finding>): Check['examine'] {
  return async (patient) => ((await patient.table()) ? examine(patient) : skipped('there is no table'));
}

async function lastFullRun(patient: Patient): Promise<Finding> {
  const last = (await fullRuns(patient)).findLast(({ status }) => status === 'in-sync' || status === 'repaired');
  const fix = `Start one: ${command('sync', patient)}. If it fails, see “A run failed” in docs/runbook.md.`;
  if (last?.endedAt === undefined) {
    return failed(`no full run has come to its end within ${LOOK_BACK_DAYS} days`, fix);
  }
  const hours = Math.round((patient.clock.now() - last.endedAt) / HOUR_MS);
  const detail = `the last full run ended ${hours} hours ago (${last.status}, ${last.counts.storedUsers} users)`;
  return hours <= LONGEST_HOURS || patient.config.stage === 'development' ? ok(detail) : failed(detail, fix);
}

async function heldRun(patient: Patient): Promise<Finding> {
  const runs = await recentRuns(patient);
  const [first, ...others] = waitingForApproval(runs);
  if (!first) return ok('no deletions wait for a decision');
  const { id, counts, heldBecause = 'Its reason is in its log.' } = first;
  const more =
    others.length === 0 ? '' : ` And ${others.length} more run${others.length === 1 ? ' holds' : 's hold'} some.`;
  return failed(
    `run ${id} holds ${counts.suspects} deletions: ${heldBecause}${approvalOf(first, runs)}${more}`,
    `Look whether they are gone in Clerk, then: ${command(`sync -- --approve-deletions ${id}`, patient)}. See “A run was ` +
      'held” in docs/runbook.md.',
  );
}

/** It may be at work, or dead: whoever approves once more does no harm. */
function approvalOf(held: Run, runs: readonly Run[]): string {
  const underWay = runs.findLast(({ approves, endedAt }) => approves === held.id && endedAt === undefined);
  return underWay ? ` Its approval, run ${underWay.id}, has not told its end.` : '';
}

/** Until they can be read, runs hold every deletion: nobody knows what those have deleted. */
async function runRecords(patient: Patient): Promise<Finding> {
  const [first, ...others] = await unreadableRuns(patient);
  if (!first) return ok(`each of the last ${LOOK_BACK_DAYS} days can be read`);
  const more = others.length === 0 ? '' : ` And ${others.length} more.`;
  return failed(`${first.unreadable}${more}`, 'See “A run’s record cannot be read” in docs/runbook.md.');
}

async function fullRuns(patient: Patient): Promise<readonly Run[]> {
  return (await recentRuns(patient)).filter(({ mode, dryRun }) => mode === 'full' && !dryRun);
}

async function quarantine(patient: Patient): Promise<Finding> {
  let waiting = 0;
  let odd = '';
  for await (const entry of patient.quarantine.list()) {
    waiting += 1;
    if (!isReadable(entry)) odd = `. ${entry.unreadable}`;
  }
  if (waiting === 0) return ok('empty');
  return failed(
    `${waiting} events wait in quarantine${odd}`,
    `Look at them: ${command('quarantine -- list', patient)}. See “An event is in quarantine” in docs/runbook.md.`,
  );
}

/** @param words what follows `npm run`, with `--` in it if it has options already */
function command(words: string, { place }: Patient): string {
  if (place.standIn !== undefined) return `\`npm run ${words}\``;
  return `\`npm run ${words}${words.includes(' -- ') ? '' : ' --'} --stack ${place.stackName}\``;
}
