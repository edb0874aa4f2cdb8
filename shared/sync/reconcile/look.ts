import type { DirectoryUser } from '../../ports/user-directory.ts';
import { each } from '../each.ts';
import type { ChangeCounter, Changes, ChunkChanges } from './changes.ts';
import { createChangeCounter } from './changes.ts';
import type { ChunkIdentity, ReconcileDependencies } from './dependencies.ts';
import { mirrorRead } from './mirror-read.ts';

/** Users of a list in order of some time, whom a chunk has looked at one by one. */
export interface Look {
  /**
   * Brings each in line with what a page of the list says.
   * @throws as `mirrorRead` does; what was done stays counted
   */
  at(users: readonly DirectoryUser[], seenAt: number): Promise<void>;
  /** How many of them lie behind the place where the chunk has ended. */
  listed(isBehind: (time: number) => boolean): number;
  /** What was changed: of those who lie behind, and of the others, whom the next chunk meets again. */
  changes(isBehind: (time: number) => boolean): ChunkChanges;
}

interface Moment {
  listed: number;
  readonly changes: ChangeCounter;
}

/** @param timeOf what the list is ordered by, ms */
export function createLook(
  deps: ReconcileDependencies,
  run: ChunkIdentity,
  timeOf: (user: DirectoryUser) => number,
): Look {
  const moments = new Map<number, Moment>();
  const momentAt = (time: number): Moment => {
    const moment = moments.get(time) ?? { listed: 0, changes: createChangeCounter() };
    moments.set(time, moment);
    return moment;
  };
  const those = (isMeant: (time: number) => boolean): Moment[] =>
    [...moments].filter(([time]) => isMeant(time)).map(([, moment]) => moment);
  return {
    at: (users, seenAt) =>
      each(users, deps.limits.atOnce, async (user) => {
        const moment = momentAt(timeOf(user));
        moment.listed += 1;
        await mirrorRead(deps, run, user, seenAt, moment.changes);
      }),
    listed: (isBehind) => those(isBehind).reduce((total, { listed }) => total + listed, 0),
    changes: (isBehind) => ({
      changes: sumOf(run, those(isBehind)),
      unfinished: sumOf(
        run,
        those((time) => !isBehind(time)),
      ),
    }),
  };
}

function sumOf({ reported }: ChunkIdentity, moments: readonly Moment[]): Changes {
  const sum = createChangeCounter(reported);
  for (const { changes } of moments) sum.add(changes.total());
  return sum.total();
}
