/** What came of syncs within a time, as the metrics have it. */
export interface SyncCounts {
  /** Invocations of every function that syncs a user or lets one in by what was synced. */
  readonly invocations: number;
  /** Of these, turned away: junk is no attempt at anything. */
  readonly refused: number;
  readonly failed: number;
}

/** How many users there were on either side when a run last compared them. */
export interface UserCounts {
  readonly clerkUsers: number;
  readonly storedUsers: number;
  /** The minute in which the run ended, ms. */
  readonly asOf: number;
}

/** The metrics cannot be read right now. */
export class MeasuresUnavailable extends Error {
  readonly code = 'measures_unavailable';
  override readonly name = 'MeasuresUnavailable';
}

/** What was measured of the mirror. Every method throws MeasuresUnavailable. */
export interface SyncMeasures {
  /** @param lastMinutes how far back to look; the current minute is the last of them */
  syncs(lastMinutes: number): Promise<SyncCounts>;
  /** @returns undefined when no run has compared users within `lastDays` */
  users(lastDays: number): Promise<UserCounts | undefined>;
}
