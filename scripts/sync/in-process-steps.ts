import type { DurableSteps, StepConfig } from '../../functions/reconciler/durable-steps.ts';
import type { Timers } from '../../shared/ports/time.ts';
import { RunStopped } from '../../shared/sync/reconcile/failure.ts';

/**
 * The steps of a run in this process: nothing is kept of them, so that a run which is stopped begins anew, and finds what it
 * has repaired to be right.
 *
 * @param signal cuts pauses short
 */
export function inProcessSteps(timers: Timers, signal: AbortSignal): DurableSteps {
  const pause = async (seconds: number): Promise<void> => {
    // Whoever stops the run wants its next step to say so, not the pause.
    if (!signal.aborted) await timers.sleep(seconds * 1_000, signal).catch(() => undefined);
  };
  return {
    async step<T>(_name: string, work: () => Promise<T>, { retryStrategy }: StepConfig = {}): Promise<T> {
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await work();
        } catch (error) {
          const failure = error instanceof Error ? error : new Error(String(error), { cause: error });
          const decision = retryStrategy?.(failure, attempt);
          if (decision?.shouldRetry !== true) throw failure;
          await pause(decision.delay?.seconds ?? 0);
        }
      }
    },
    // An invocation of this process never ends: only pauses that wait for something are worth making.
    async wait(name, { seconds }) {
      if (!name.endsWith('-yield')) await pause(seconds);
      // What it would look at next is not Clerk, which says so by itself.
      if (signal.aborted) throw new RunStopped('The run was stopped by hand.');
    },
  };
}
