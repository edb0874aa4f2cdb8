/** The wall clock. */
export interface Clock {
  /** ms since the epoch. */
  now(): number;
}

/** Timers, so that waiting and time limits can be simulated. */
export interface Timers {
  /** Resolves after `ms`; rejects with the signal's reason if it aborts first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** A signal that aborts after `ms`, and a way to let go of its timer. */
  deadline(ms: number): Deadline;
}

export interface Deadline {
  readonly signal: AbortSignal;
  clear(): void;
}
