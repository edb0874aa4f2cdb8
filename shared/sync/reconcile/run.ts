import type { Run } from '../../ports/run-store.ts';
import type { Changes } from './changes.ts';
import { NO_CHANGES } from './changes.ts';
import { countQuarantined } from './count-quarantined.ts';
import type { ReconcileDependencies, RunIdentity } from './dependencies.ts';
import { isThorough } from './dependencies.ts';
import { reportAtTheEnd } from './held-drift.ts';
import { countHeld } from './held-runs.ts';
import { refuseForeignInstance } from './instance.ts';
import { releaseLease } from './lease.ts';
import { reportRun } from './report-run.ts';
import { countsOf } from './run-counts.ts';
import type { RunSummary } from './summary.ts';
import type { Walked } from './walk-progress.ts';
import { NOTHING_WALKED } from './walk-progress.ts';

/** Everything a run has found and done so far. */
export interface RunState {
  /** Clerk's own count: the latest one taken. */
  readonly clerkUsers: number;
  readonly walked: Walked;
  readonly changes: Changes;
  /** Users proposed for deletion. */
  readonly suspects: number;
  /** Emails and usernames that somebody still waits for. */
  readonly conflicts: number;
  /** Emails and usernames that the run has brought to those who have them. */
  readonly resolved: number;
  /** Users whom Clerk has and an admin has erased for good. */
  readonly erasedInClerk: number;
  /** Users who came behind the walk's back and were met later on. */
  readonly newcomers: number;
  /** An incremental run has looked at every change of Clerk up to this time, ms of Clerk's `updated_at`. */
  readonly newest: number | undefined;
  /** Whether Clerk's list agreed with Clerk's own count, as far as the run has judged. */
  readonly isListTrusted: boolean;
  /** Whether a full run has judged who is to be deleted. */
  readonly hasJudged: boolean;
  readonly heldBecause: string | undefined;
  /** Why the run did not do its work, in words. */
  readonly failedBecause: string | undefined;
  /** Why the run did nothing, in words. */
  readonly skippedBecause: string | undefined;
}

export const NEW_RUN: RunState = {
  clerkUsers: 0,
  walked: NOTHING_WALKED,
  changes: NO_CHANGES,
  suspects: 0,
  conflicts: 0,
  resolved: 0,
  erasedInClerk: 0,
  newcomers: 0,
  newest: undefined,
  isListTrusted: true,
  hasJudged: false,
  heldBecause: undefined,
  failedBecause: undefined,
  skippedBecause: undefined,
};

/**
 * Opens a run: refuses another Clerk instance than the table's, and records that the run is on its way.
 *
 * @returns Clerk's count before the walk
 * @throws ForeignInstance, DirectoryUnavailable, StoreUnavailable
 */
export async function openRun(deps: ReconcileDependencies, run: RunIdentity): Promise<number> {
  await refuseForeignInstance(deps);
  const clerkUsers = await deps.directory.countUsers();
  await recordOpening(deps, run, clerkUsers);
  return clerkUsers;
}

/** Records that a run is on its way. */
export function recordOpening({ runs }: RecordDependencies, run: RunIdentity, clerkUsers: number): Promise<void> {
  return runs.save(runRecord(run, { ...NEW_RUN, clerkUsers }, 'running', undefined));
}

type RecordDependencies = Pick<ReconcileDependencies, 'runs'>;

/** Records what a run may delete before it begins to: should it never tell its end, that counts as deleted. */
export async function recordProposals({ runs }: RecordDependencies, run: RunIdentity, state: RunState): Promise<void> {
  if (state.heldBecause === undefined && state.suspects > 0) {
    await runs.save(runRecord(run, state, 'running', undefined));
  }
}

/**
 * Closes a run, however it ended: records it, lets go of its lease, and counts and logs it last, since it may be repeated until
 * then.
 *
 * @throws StoreUnavailable when the run cannot be recorded
 */
export async function closeRun(deps: ReconcileDependencies, run: RunIdentity, state: RunState): Promise<RunSummary> {
  const endedAt = deps.clock.now();
  const status = statusOf(run, state);
  const report = await reportAtTheEnd(deps, run, state);
  const record = runRecord(run, { ...state, changes: { ...state.changes, report } }, status, endedAt);
  await deps.runs.save(record);
  await releaseLease(deps, run);
  const summary = summaryOf(record, status, state, endedAt - run.startedAt);
  const isComplete = state.failedBecause === undefined && state.skippedBecause === undefined;
  const quarantined = run.dryRun ? undefined : await countQuarantined(deps);
  const held = run.dryRun ? undefined : await heldAfter(deps, record);
  reportRun(deps, summary, { mode: run.mode, isComplete, quarantined, held });
  return summary;
}

/** Deletions are held until they are approved, or until a full run has judged anew; other runs change nothing about them. */
async function heldAfter(deps: ReconcileDependencies, run: Run): Promise<number | undefined> {
  const isApproved = run.mode === 'approve' && run.status !== 'failed';
  if (run.status === 'held' || isApproved) return countHeld(deps, run);
  return run.hasJudged ? 0 : undefined;
}

/**
 * A run that was held says so whatever else failed: only so can its deletions be approved. A dry run holds nothing that could
 * be approved: it says what it found.
 */
function statusOf({ dryRun = false }: RunIdentity, state: RunState): RunSummary['status'] {
  const { changes, resolved, heldBecause, failedBecause, skippedBecause } = state;
  if (skippedBecause !== undefined) return 'skipped';
  if (heldBecause !== undefined && !dryRun) return 'held';
  if (failedBecause !== undefined || changes.unstorable + changes.unreadable + changes.unsettled > 0) return 'failed';
  if (heldBecause !== undefined) return 'drift';
  const repairs = changes.created + changes.updated + changes.deleted + changes.restored + resolved;
  if (repairs === 0) return 'in-sync';
  return dryRun ? 'drift' : 'repaired';
}

function runRecord(run: RunIdentity, state: RunState, status: Run['status'], endedAt: number | undefined): Run {
  const { drift, report } = state.changes;
  const { heldBecause, hasJudged } = state;
  const { id, mode, approves, userId, dryRun, force, since, becauseFull, startedAt } = run;
  return {
    id,
    mode,
    ...(approves !== undefined && { approves }),
    ...(userId !== undefined && { userId }),
    ...(dryRun && { dryRun }),
    ...(force && { force }),
    ...(hasJudged && { hasJudged }),
    ...(since !== undefined && { since }),
    ...(becauseFull !== undefined && { becauseFull }),
    startedAt,
    status,
    endedAt,
    counts: countsOf(run, state),
    drift,
    report,
    heldBecause,
    failedBecause: reasonOfFailure(run, state),
    ...(state.skippedBecause !== undefined && { skippedBecause: state.skippedBecause }),
  };
}

function summaryOf(record: Run, status: RunSummary['status'], state: RunState, tookMs: number): RunSummary {
  const { heldBecause, failedBecause, skippedBecause, becauseFull } = record;
  return {
    status,
    runId: record.id,
    ...record.counts,
    unstorable: state.changes.unstorable,
    unreadable: state.changes.unreadable,
    ...(state.resolved > 0 && { resolved: state.resolved }),
    drift: record.drift,
    report: record.report,
    seconds: tookMs / 1_000,
    ...(heldBecause === undefined ? {} : { heldBecause }),
    ...(failedBecause === undefined ? {} : { failedBecause }),
    ...(skippedBecause === undefined ? {} : { skippedBecause }),
    ...(becauseFull === undefined ? {} : { becauseFull }),
  };
}

function reasonOfFailure(run: RunIdentity, { failedBecause, changes }: RunState): string | undefined {
  if (failedBecause !== undefined) return failedBecause;
  const reasons = [...reasonOfUnstorable(changes), ...reasonOfUnreadable(run, changes), ...reasonOfUnsettled(changes)];
  return reasons.length > 0 ? reasons.join(' ') : undefined;
}

function reasonOfUnstorable({ unstorable }: Changes): string[] {
  return unstorable === 0 ? [] : [`${unstorable} users cannot be stored: the log names each with the reason.`];
}

function reasonOfUnreadable(run: RunIdentity, { unreadable }: Changes): string[] {
  if (unreadable === 0) return [];
  const found = `${unreadable} users have an item that cannot be read: the log names each with the attribute.`;
  const advice = isThorough(run)
    ? 'No run can mend it: correct the attribute by hand.'
    : 'A forced run (--force) writes them anew from Clerk.';
  return [`${found} ${advice}`];
}

function reasonOfUnsettled({ unsettled }: Changes): string[] {
  if (unsettled === 0) return [];
  return [`${unsettled} proposed deletions failed unexpectedly: the log names each user with the place in the code.`];
}
