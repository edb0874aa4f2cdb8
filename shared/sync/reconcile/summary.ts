import type { Run } from '../../ports/run-store.ts';

/** What a run answers, to a schedule, a script or a person. Counts are of users. */
export interface RunSummary {
  readonly status: Exclude<Run['status'], 'running'>;
  readonly runId: string;
  readonly clerkUsers: number;
  readonly storedUsers: number;
  readonly created: number;
  readonly updated: number;
  readonly deleted: number;
  readonly restored: number;
  readonly suspects: number;
  readonly unstorable: number;
  /** Stored users that differed, by field. */
  readonly drift: Readonly<Record<string, number>>;
  readonly seconds: number;
  readonly heldBecause?: string;
  readonly failedBecause?: string;
}
