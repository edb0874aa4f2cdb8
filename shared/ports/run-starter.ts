/** What a run is asked to do. */
export type RunRequest =
  | {
      readonly mode: 'full';
      /** Reports what would be done, and changes no user. */
      readonly dryRun: boolean;
      /** Reads every item, also where version and fingerprint agree: only so a hand edit is seen. */
      readonly force: boolean;
    }
  | {
      readonly mode: 'incremental';
      readonly dryRun: boolean;
      /** Where to begin, ms of Clerk's `updated_at`; without it, at the watermark. */
      readonly since?: number;
    }
  /** `run`: the held run whose deletions are approved. */
  | { readonly mode: 'approve'; readonly run: string }
  | { readonly mode: 'user'; readonly userId: string; readonly dryRun: boolean };

/** Starts runs that go on by themselves. */
export interface RunStarter {
  /**
   * @param runId the id that the run will have; the same one again starts no second run
   * @throws RunNotStarted when nobody has taken it on
   */
  start(runId: string, request: RunRequest): Promise<void>;
}

/** The reconciler did not take the request on. Its message is for people and names the kind of failure only. */
export class RunNotStarted extends Error {
  readonly code = 'run_not_started';
  override readonly name = 'RunNotStarted';
}
