import type { Run, RunStage, RunStore } from '../../ports/run-store.ts';
import { HELD_DAYS, RUN_STAGE, stageOf } from '../../ports/run-store.ts';
import type { Clock } from '../../ports/time.ts';
import { expiryAfter, isExpired } from '../dynamodb/expiry.ts';

interface Piece {
  readonly number: number;
  readonly userIds: readonly string[];
  /** s since the epoch. */
  readonly expiresAt: number;
}

/** A run store without a table; the state ends with the process. */
export function createMemoryRunStore({ clock }: { readonly clock: Clock }): RunStore {
  const runs = new Map<string, Run>();
  const spools = new Map<string, ReadonlyMap<number, Piece>>();
  const stages = new Map<string, RunStage>();
  let marks: readonly number[] = [];
  const put = (run: Run, stage: RunStage): Promise<void> => {
    if ((stages.get(run.id) ?? RUN_STAGE.requested) > stage) return Promise.resolve();
    runs.set(run.id, run);
    stages.set(run.id, stage);
    return Promise.resolve();
  };
  return {
    save: (run) => put(run, stageOf(run)),
    saveUnstarted: (run) => put(run, RUN_STAGE.requested),
    get: (id) => Promise.resolve(runs.get(id)),
    async *list(since) {
      const listed = [...runs.values()].filter(({ startedAt }) => startedAt >= since);
      yield* listed.toSorted((a, b) => a.startedAt - b.startedAt || (a.id < b.id ? -1 : 1));
    },
    putSuspects(runId, number, userIds) {
      const piece = { number, userIds: [...userIds], expiresAt: expiryAfter(clock.now(), HELD_DAYS) };
      spools.set(runId, new Map([...(spools.get(runId) ?? []), [number, piece]]));
      return Promise.resolve();
    },
    async *suspects(runId) {
      const pieces = [...(spools.get(runId)?.values() ?? [])].toSorted((a, b) => a.number - b.number);
      for (const { userIds, expiresAt } of pieces) {
        if (userIds.length > 0 && !isExpired(expiresAt, clock.now())) yield userIds;
      }
    },
    putMarks(times) {
      marks = [...times];
      return Promise.resolve();
    },
    marks: () => Promise.resolve(marks),
  };
}
