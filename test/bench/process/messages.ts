/** Invocations for a measured process, one after the other: all events, `times` times over. */
export interface Job {
  readonly events: readonly unknown[];
  readonly times: number;
  /** Of a handler that answers over HTTP: the body that each of them is to get. */
  readonly expectedBody?: string;
  /** Or what that body must contain: members of an item may come in any order. */
  readonly expectedText?: string;
}

/** What one invocation came to: an answer, or the message of what the handler threw. */
export type Outcome = { readonly answer: unknown } | { readonly thrown: string };

export interface JobReport {
  readonly invocations: number;
  /** How many were answered with `isAuthorized: true`. */
  readonly allowed: number;
  /** How many were answered with status 200 and what the job expects. */
  readonly asExpected: number;
  /** Of the last invocation. */
  readonly outcome: Outcome;
  /** Whether Node has loaded undici, its `fetch` with all that belongs to it, by the job's end. */
  readonly hasUndici: boolean;
  /** Of the job, and of the process from its start to the job's end; ms. */
  readonly job: Usage;
  readonly sinceStart: Usage;
  /** The most memory that the process has had resident so far, bytes. */
  readonly peakMemory: number;
}

export interface Usage {
  /** All threads of the process, user and system, ms. */
  readonly cpu: number;
  readonly wall: number;
}

/** Why the handler could not be loaded. */
export interface LoadFailure {
  readonly failed: string;
}
