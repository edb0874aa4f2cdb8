import type { Log } from '../../shared/ports/log.ts';
import type { Metrics } from '../../shared/ports/metrics.ts';
import { expectedProblem, unexpectedProblem } from '../../shared/sync/reconcile/failure.ts';

/** What the orchestration needs of a durable execution: the SDK's `DurableContext` has it, and so has a plain double. */
export interface DurableSteps {
  /** Runs the work, once over all invocations unless it is cut off, and answers what it answered then. */
  step<T>(name: string, work: () => Promise<T>, config?: StepConfig): PromiseLike<T>;
  /** Ends this invocation and goes on in another one. */
  wait(name: string, duration: { seconds: number }): PromiseLike<void>;
}

export interface StepConfig {
  retryStrategy?: (error: Error, attempt: number) => RetryDecision;
}

interface RetryDecision {
  shouldRetry: boolean;
  delay?: { seconds: number };
}

/** A step that did not succeed. Its message is kept by the durable execution and told to people: no value of a field is in it. */
export class StepFailed extends Error {
  readonly code = 'step_failed';
  override readonly name = 'StepFailed';
  /** Whether the same step may succeed later. */
  readonly passing: boolean;
  /** How long Clerk asked to be left alone, ms; 0 if it did not. */
  readonly retryAfterMs: number;

  constructor(message: string, passing: boolean, retryAfterMs = 0) {
    super(message);
    this.passing = passing;
    this.retryAfterMs = retryAfterMs;
  }
}

export interface StepDependencies {
  readonly log: Log;
  readonly metrics: Metrics;
}

/** Attempts that a step, or a chunk that gets nowhere, has before the run fails. */
export const MOST_ATTEMPTS = 4;

/** The longest pause, s. The lease has been kept a chunk's time before, and lasts five minutes. */
const LONGEST_PAUSE = 180;

/**
 * Seconds to wait after the `attempt`-th failure (from 1): 5, 15, 45, or as long as Clerk asked to be left alone.
 * @param retryAfterMs what it asked for, ms
 */
export function retryDelay(attempt: number, retryAfterMs = 0): { seconds: number } {
  const asked = Math.min(Math.ceil(retryAfterMs / 1_000), LONGEST_PAUSE);
  return { seconds: Math.max(5 * 3 ** (attempt - 1), asked) };
}

/**
 * Runs one step of a run and hands over its metrics: a durable invocation may end after any step without coming back.
 *
 * @throws StepFailed, or the SDK's error with its message, when the last attempt has failed
 */
export function runStep<T>(
  context: DurableSteps,
  { log, metrics }: StepDependencies,
  name: string,
  work: () => Promise<T>,
): PromiseLike<T> {
  const guarded = async (): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw stepFailed(name, error, log);
    } finally {
      await metrics.flush();
    }
  };
  return context.step(name, guarded, { retryStrategy });
}

function retryStrategy(error: Error, attempt: number): RetryDecision {
  const failed = error instanceof StepFailed ? error : undefined;
  const shouldRetry = attempt < MOST_ATTEMPTS && failed?.passing !== false;
  return shouldRetry ? { shouldRetry, delay: retryDelay(attempt, failed?.retryAfterMs) } : { shouldRetry };
}

function stepFailed(step: string, error: unknown, log: Log): StepFailed {
  const expected = expectedProblem(error);
  if (expected) log.warn('reconcile step failed', { step, reason: expected.message });
  const { message, passing, retryAfterMs } = expected ?? unexpectedProblem(log, step, error);
  return new StepFailed(message, passing, retryAfterMs);
}
