import type { Run, RunCounts } from '../../ports/run-store.ts';

/** What a run answers, to a schedule, a script or a person. Counts are of users. */
export interface RunSummary extends RunCounts {
  readonly status: Exclude<Run['status'], 'requested' | 'running'>;
  readonly runId: string;
  readonly unstorable: number;
  /** Stored users that differed, by field. */
  readonly drift: Readonly<Record<string, number>>;
  readonly seconds: number;
  readonly heldBecause?: string;
  readonly failedBecause?: string;
  readonly skippedBecause?: string;
  /** Why it has become a full run, where it began as an incremental one. */
  readonly becauseFull?: string;
}
