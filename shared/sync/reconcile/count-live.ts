import type { ReconcileDependencies } from './dependencies.ts';
import type { Problem } from './failure.ts';
import { problemOf } from './failure.ts';

export interface CountPosition {
  /** Creation time, ms: who was created before is counted. */
  readonly from: number;
  /** How many they are. */
  readonly users: number;
}

export interface CountChunk {
  readonly next: CountPosition | undefined;
  readonly advanced: boolean;
  /** All that were counted so far. */
  readonly users: number;
  readonly problem: Problem | undefined;
  /** ms. */
  readonly tookMs: number;
}

/** Counts the table's live users for about `limits.chunkMs`, whole months at a time. May be repeated. */
export async function countLive(
  deps: Pick<ReconcileDependencies, 'store' | 'clock' | 'limits'>,
  start: CountPosition,
): Promise<CountChunk> {
  const startedAt = deps.clock.now();
  let position: CountPosition | undefined = start;
  let { users } = start;
  let problem: Problem | undefined;
  try {
    for await (const month of deps.store.countLive(start.from)) {
      users += month.users;
      position = month.next === undefined ? undefined : { from: month.next, users };
      if (deps.clock.now() - startedAt >= deps.limits.chunkMs) break;
    }
  } catch (error) {
    problem = problemOf(error);
  }
  const advanced = position === undefined || position.from > start.from;
  return { next: position, advanced, users, problem, tookMs: deps.clock.now() - startedAt };
}
