import type { DriftReport, Run, RunCounts } from '../../ports/run-store.ts';

/** What a run answers, to a schedule, a script or a person. Counts are of users. */
export interface RunSummary extends RunCounts {
  readonly status: Exclude<Run['status'], 'requested' | 'running'>;
  readonly runId: string;
  readonly unstorable: number;
  /** Users whose item cannot be read. */
  readonly unreadable: number;
  /** Emails and usernames that the run has brought to those who have them; absent where there are none. */
  readonly resolved?: number;
  /** Stored users that differed, by field. */
  readonly drift: Readonly<Record<string, number>>;
  /** Who differed, in what and probably why. */
  readonly report: DriftReport;
  readonly seconds: number;
  readonly heldBecause?: string;
  readonly failedBecause?: string;
  readonly skippedBecause?: string;
  /** Why it has become a full run, where it began as an incremental one. */
  readonly becauseFull?: string;
}
