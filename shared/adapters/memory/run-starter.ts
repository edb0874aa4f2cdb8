import type { RunRequest, RunStarter } from '../../ports/run-starter.ts';
import { RunNotStarted } from '../../ports/run-starter.ts';

/** A starter that keeps what it was asked for, and starts nothing. */
export interface MemoryRunStarter extends RunStarter {
  /** By run id, in the order they were asked for. */
  readonly started: ReadonlyMap<string, RunRequest>;
  /** From now on nobody takes a run on, or somebody does again. */
  refuse(isRefusing: boolean): void;
}

export function createMemoryRunStarter(): MemoryRunStarter {
  const started = new Map<string, RunRequest>();
  let isRefusing = false;
  return {
    started,
    refuse(refusing) {
      isRefusing = refusing;
    },
    start(runId, request) {
      if (isRefusing) return Promise.reject(new RunNotStarted('The reconciler did not take the run on (Refused).'));
      if (!started.has(runId)) started.set(runId, request);
      return Promise.resolve();
    },
  };
}
