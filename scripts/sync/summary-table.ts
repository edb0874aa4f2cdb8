import { NOTHING_COUNTED } from '../../shared/ports/run-store.ts';
import type { RunSummary } from '../../shared/sync/reconcile/summary.ts';
import { driftTable } from './drift-table.ts';

/** What the command's exit says: 0 in sync or repaired, 1 failed or skipped, 2 drift in a dry run, 3 held. */
export const EXIT_CODES: Record<RunSummary['status'], number> = {
  'in-sync': 0,
  repaired: 0,
  failed: 1,
  skipped: 1,
  drift: 2,
  held: 3,
};

/** The summary for people. @param isDry whether its counts are of what would be done */
export function summaryTable(summary: RunSummary, isDry: boolean): string {
  const done = (word: string): string => (isDry ? `would be ${word}` : word);
  const { status, runId, becauseFull, clerkUsers, storedUsers, created, updated, deleted, restored } = summary;
  const { suspects, conflicts, erasedInClerk, resolved } = summary;
  const rows: [string, string | number][] = [
    ['status', status],
    ['run', runId],
    ...(becauseFull === undefined ? [] : [['full run', becauseFull] satisfies [string, string]]),
    ['users in Clerk', clerkUsers],
    ['users in the table', storedUsers],
    ...(erasedInClerk === undefined ? [] : [['erased here for good', erasedInClerk] satisfies [string, number]]),
    [done('created'), created],
    [done('updated'), updated],
    [done('restored'), restored],
    [done('deleted'), deleted],
    ['proposed for deletion', suspects],
    ...(resolved === undefined ? [] : [['names brought home', resolved] satisfies [string, number]]),
    ['names waited for', conflicts],
    ['seconds', summary.seconds],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  const counts = rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join('\n');
  return [counts, driftTable(summary.report)].filter(Boolean).join('\n\n');
}

/** A run that could not even begin, for a machine: nobody has a record of it. */
export function summaryOfNothing(failedBecause: string): RunSummary {
  return {
    status: 'failed',
    runId: '',
    ...NOTHING_COUNTED,
    unstorable: 0,
    unreadable: 0,
    drift: {},
    report: {},
    seconds: 0,
    failedBecause,
  };
}

/** How to go on after Ctrl-C. */
export function adviceAfterStop(isDry: boolean): string {
  if (isDry) return 'Stopped. Nothing was changed: the same command looks from the beginning.';
  return 'Stopped. What is repaired stays repaired: the same command goes on from there, and writes only what still differs.';
}

/** What to do next, if anything. @param stack the deployed stack that the run was about, if it was */
export function adviceFor(summary: RunSummary, stack: string | undefined): string | undefined {
  const { status, runId, heldBecause, failedBecause, skippedBecause } = summary;
  if (status === 'skipped') return `The run was skipped. ${skippedBecause} Start it again after that one's end.`;
  if (status === 'failed') return `The run failed: ${failedBecause ?? 'see above.'}`;
  if (status === 'held') {
    const approve = `npm run sync -- --approve-deletions ${runId}${stack === undefined ? '' : ` --stack ${stack}`}`;
    const failure = failedBecause === undefined ? '' : `\nBesides, the run failed: ${failedBecause}`;
    return `Nobody was deleted: ${heldBecause}\nIf Clerk's dashboard agrees that they are gone: ${approve}${failure}`;
  }
  return heldBecause === undefined ? undefined : `A run would be held: ${heldBecause}`;
}
