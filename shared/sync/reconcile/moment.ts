import type { ChangeCounter, Changes } from './changes.ts';
import { createChangeCounter } from './changes.ts';
import type { RunIdentity } from './dependencies.ts';

/** Users of one creation time. Clerk's order among them is its own, so they are compared as a set. */
export interface Moment {
  /** ms. */
  readonly time: number;
  /** Users that Clerk's list has. */
  listed: number;
  /** Those of them who are live in the table. */
  live: number;
  /**
   * Whether they are too many to be held in memory: then each is read by key, and at the end it is the number of the index's
   * rows that tells whether the table has more of them than Clerk.
   */
  isLarge: boolean;
  /** What was found of them: it counts once the moment is complete, since the users of an unfinished one are met again. */
  readonly changes: ChangeCounter;
}

/** How far the walk came among the users of a large moment, for the chunk that goes on there. */
export interface InsideMoment {
  /** The last user that was settled: an id, as Clerk takes it for a cursor. */
  readonly cursor: string;
  readonly listed: number;
  readonly live: number;
  readonly changes: Changes;
}

/** @param inside what an earlier chunk has seen of a large one */
export function momentAt(time: number, inside?: InsideMoment): Moment {
  const changes = createChangeCounter();
  if (inside) changes.add(inside.changes);
  const { listed = 0, live = 0 } = inside ?? {};
  return { time, listed, live, isLarge: inside !== undefined, changes };
}

export function stateOf({ listed, live, changes }: Moment, cursor: string): InsideMoment {
  return { cursor, listed, live, changes: changes.total() };
}

/**
 * Rows that the index has of the moment's users, once they are settled. A dry run has not written those it would create,
 * restore or move here.
 */
export function rowsOfListed({ live, changes }: Moment, { dryRun = false }: Pick<RunIdentity, 'dryRun'>): number {
  if (!dryRun) return live;
  const { created, restored, drift } = changes.total();
  return live - created - restored - (drift['clerkCreatedAt'] ?? 0);
}
