import type { Changes } from './changes.ts';
import type { ReconcileDependencies, RunIdentity } from './dependencies.ts';
import type { Lately } from './deleted-lately.ts';
import { deletedLately } from './deleted-lately.ts';
import { reasonToDoubt, reasonToHold, untrustworthyList } from './guard.ts';
import { keepLease } from './lease.ts';
import { collectSuspects } from './suspects.ts';
import type { Walked } from './walk-progress.ts';

/** What the run knows when both lists have ended. */
export interface Evidence {
  readonly walked: Walked;
  readonly changes: Changes;
  /** Suspects spooled; after an interrupted chunk some of them twice. */
  readonly spooled: number;
  /** Clerk's count before the walk. */
  readonly countedBefore: number;
}

/** Where nobody is to be deleted nothing has to be known of the runs before. */
const NOT_ASKED: Lately = { deletedLately: 0, unreadableRun: undefined };

export interface Judgement {
  /** Clerk's count after the walk. */
  readonly clerkUsers: number;
  /** Users proposed for deletion. Above the guard's `most` it may count some twice. */
  readonly suspects: number;
  /** Why nobody may be deleted, in words; undefined when each may be asked about. */
  readonly heldBecause: string | undefined;
  /** Whether Clerk's list agreed with Clerk's own count: else nobody knows whom the run has not seen. */
  readonly isListTrusted: boolean;
  /** Why the run must not go on, in words: nobody is proposed, but Clerk's list was not all there. */
  readonly doubtedBecause: string | undefined;
}

/**
 * Judges the run's proposals once, after the last page: whether Clerk's list agrees with Clerk's own count, and whether more
 * deletions are proposed, with those of the last 24 hours, than happen by themselves.
 */
export async function judgeRun(
  deps: ReconcileDependencies,
  run: RunIdentity,
  { walked, changes, spooled, countedBefore }: Evidence,
): Promise<Judgement> {
  const { guard } = deps.limits;
  await keepLease(deps, run);
  const countedAfter = await deps.directory.countUsers();
  const collected = await collectSuspects(deps.runs, run.id, guard.most);
  const suspects = collected.length > guard.most ? Math.max(collected.length, spooled) : collected.length;
  const { listed, listedSinceStart } = walked;
  const live = walked.live - changes.created - changes.restored + suspects;
  const lately = suspects === 0 ? NOT_ASKED : await deletedLately(deps, run);
  const found = { listed, listedSinceStart, live, suspects, ...lately, countedBefore, countedAfter };
  return {
    clerkUsers: countedAfter,
    suspects,
    heldBecause: reasonToHold(found, guard),
    isListTrusted: untrustworthyList(found) === undefined,
    doubtedBecause: suspects === 0 ? reasonToDoubt(found) : undefined,
  };
}
