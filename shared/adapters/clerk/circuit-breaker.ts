import type { Clock } from '../../ports/time.ts';

/** Stops calls to a service that does not answer, and lets one through now and then to see whether it does again. */
export interface CircuitBreaker {
  /** Whether no call may be made now. */
  isOpen(): boolean;
  /** A call begins; `isOpen` has just said that it may. After a pause it is the probe that the next ones wait for. */
  begin(): CallReport;
}

/** What became of one call: one of these is told, once. Of a call that began before the breaker last turned it no longer matters. */
export interface CallReport {
  /** The service answered, whatever it said. */
  answered(): void;
  /** @param retryAfterMs how long the service asked to be left alone, ms: nothing is called before */
  failed(retryAfterMs?: number): void;
  /** The caller gave up, which says nothing of the service. */
  abandoned(): void;
}

export interface CircuitBreakerOptions {
  readonly clock: Clock;
  /** Told each time the breaker opens, with the length of the pause, ms. */
  readonly onOpen: (pauseMs: number) => void;
}

/** Failures in a row: one or two are a bad moment. */
const FAILURES_TO_OPEN = 5;

/** The pause doubles with each probe that fails. */
const FIRST_PAUSE_MS = 5_000;
const LONGEST_PAUSE_MS = 60_000;

/** What is believed of a `Retry-After`: a proxy that asks for a day must not make a day's outage. */
const LONGEST_RETRY_AFTER_MS = 300_000;

/** A probe of which nothing was heard for so long never ended: its invocation was cut off and the process frozen. */
const LOST_PROBE_MS = 10_000;

type State =
  | { readonly kind: 'closed'; readonly failures: number }
  /** Until then nothing is called; the call after that is the probe. */
  | { readonly kind: 'open'; readonly until: number; readonly pauseMs: number }
  /** Until then the others wait for what comes of the probe. */
  | { readonly kind: 'probing'; readonly until: number; readonly pauseMs: number };

const CLOSED: State = { kind: 'closed', failures: 0 };

export function createCircuitBreaker({ clock, onOpen }: CircuitBreakerOptions): CircuitBreaker {
  let state = CLOSED;
  const turn = (next: State): void => {
    state = next;
    const pauseMs = next.kind === 'open' ? next.until - clock.now() : 0;
    if (pauseMs > 0) onOpen(pauseMs);
  };
  return {
    isOpen: () => state.kind !== 'closed' && clock.now() < state.until,
    begin() {
      state = afterBeginning(state, clock.now());
      const began = state;
      // While it is closed calls may overlap; once it has turned, what began before has no say.
      const report = (next: () => State) => () => {
        if (state === began || (state.kind === 'closed' && began.kind === 'closed')) turn(next());
      };
      return {
        answered: report(() => CLOSED),
        failed: (retryAfterMs = 0) => report(() => afterFailure(state, retryAfterMs, clock.now()))(),
        abandoned: report(() => afterAbandonment(state, clock.now())),
      };
    },
  };
}

function afterBeginning(state: State, now: number): State {
  return state.kind === 'closed' ? state : { kind: 'probing', until: now + LOST_PROBE_MS, pauseMs: state.pauseMs };
}

function afterFailure(state: State, retryAfterMs: number, now: number): State {
  if (state.kind === 'closed' && state.failures + 1 < FAILURES_TO_OPEN && retryAfterMs === 0) {
    return { kind: 'closed', failures: state.failures + 1 };
  }
  const pauseMs = state.kind === 'closed' ? FIRST_PAUSE_MS : Math.min(LONGEST_PAUSE_MS, state.pauseMs * 2);
  return { kind: 'open', until: now + Math.max(pauseMs, Math.min(retryAfterMs, LONGEST_RETRY_AFTER_MS)), pauseMs };
}

/** A probe that was given up leaves its place to the next call. */
function afterAbandonment(state: State, now: number): State {
  return state.kind === 'probing' ? { ...state, kind: 'open', until: now } : state;
}
