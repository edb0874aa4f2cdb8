import { areCountsEqual } from '../../shared/sync/reconcile/compare-counts.ts';
import type { CountChunk, CountPosition } from '../../shared/sync/reconcile/count-live.ts';
import { countLive } from '../../shared/sync/reconcile/count-live.ts';
import type { BannedChunk } from '../../shared/sync/reconcile/look-at-banned.ts';
import { countErasedInClerk } from '../../shared/sync/reconcile/erased-in-clerk.ts';
import { lookAtBanned } from '../../shared/sync/reconcile/look-at-banned.ts';
import type { UpdatedChunk, UpdatedProgress } from '../../shared/sync/reconcile/look-at-updated.ts';
import { lookAtUpdated } from '../../shared/sync/reconcile/look-at-updated.ts';
import type { RunState } from '../../shared/sync/reconcile/run.ts';
import { openRun } from '../../shared/sync/reconcile/run.ts';
import { NOTHING_WALKED } from '../../shared/sync/reconcile/walk-progress.ts';
import { beginningAfter } from '../../shared/sync/reconcile/watermark.ts';
import { FullRun } from './full-run.ts';
import type { RunSteps } from './run-steps.ts';

/** Time for webhooks under way, and for the index, before the users are counted once more, s. */
const RECOUNT_AFTER_S = 20;

/**
 * What Clerk has changed since the last run, as steps of a durable execution. Where that proves to be too little, it goes on
 * as a full run: in the same execution, under the same lease and id.
 */
export class IncrementalRun {
  readonly #steps: RunSteps;

  constructor(steps: RunSteps) {
    this.#steps = steps;
  }

  /** @returns what the run has found and done, also when it failed on the way */
  async toItsEnd(): Promise<RunState> {
    const steps = this.#steps;
    let becauseFull: string | undefined;
    const state = await steps.toItsEnd(async () => {
      becauseFull = await this.#reasonForMore();
      if (becauseFull !== undefined) return;
      await steps.resolveConflicts();
      await this.#explainDifference();
    });
    if (becauseFull === undefined) return state;
    steps.becomeFull(becauseFull);
    return new FullRun(steps).toItsEnd();
  }

  /** @returns why all users must be walked, in words; undefined where what was done is enough */
  async #reasonForMore(): Promise<string | undefined> {
    const { deps, run } = this.#steps;
    const watermark = await this.#steps.step('resume', async () => {
      await openRun(deps, run);
      return (await deps.watermark.get()) ?? null;
    });
    if (watermark === null) return 'There is no watermark: no full run has come to its end so far.';
    const since = run.since ?? beginningAfter(watermark);
    const { mostChanged } = deps.limits;
    if (await this.#lookAtUpdated(since)) {
      return `Clerk has changed more than ${mostChanged} users since ${new Date(since).toISOString()}.`;
    }
    await this.#lookAtBanned(since);
    return this.#reasonInCounts(watermark.apart);
  }

  /** @returns whether there are too many */
  async #lookAtUpdated(since: number): Promise<boolean> {
    const steps = this.#steps;
    let isTooMuch = false;
    await steps.mirror<UpdatedProgress, UpdatedChunk>(
      'updated',
      { offset: 0, listed: 0 },
      (position, chunk) => lookAtUpdated(steps.deps, chunk, since, position),
      (chunk) => {
        isTooMuch = chunk.isTooMuch;
        steps.count(chunk);
        steps.learn({ newest: chunk.newest ?? steps.state.newest });
      },
    );
    return isTooMuch;
  }

  #lookAtBanned(since: number): Promise<void> {
    const steps = this.#steps;
    const before = { since, newest: steps.state.newest ?? since };
    return steps.mirror<number, BannedChunk>(
      'banned',
      0,
      (from, chunk) => lookAtBanned(steps.deps, chunk, from, before),
      (chunk) => steps.count(chunk),
    );
  }

  /** A difference may be under way: it counts when it is still there after a while, for which Clerk's earlier count stands. */
  async #reasonInCounts(apart: number): Promise<string | undefined> {
    const before = await this.#countClerk('clerk-1');
    const stored = await this.#countStored('stored');
    const after = await this.#countClerk('clerk-2');
    if (areCountsEqual({ stored, clerk: [before, after], apart })) return undefined;
    await this.#steps.chunks.pause('recount-wait', { seconds: RECOUNT_AFTER_S });
    const storedLater = await this.#countStored('recount');
    const later = await this.#countClerk('clerk-3');
    if (areCountsEqual({ stored: storedLater, clerk: [after, later], apart })) return undefined;
    return `The table has ${storedLater} live users and Clerk counts ${later}; the last full run left ${apart} between them.`;
  }

  /** Where the counts differ, by users who were erased for good: that is no discrepancy. */
  async #explainDifference(): Promise<void> {
    const steps = this.#steps;
    const { clerkUsers, walked } = steps.state;
    if (clerkUsers === walked.live) return;
    const step = 'erased';
    steps.learn({
      erasedInClerk: await steps.step(step, () => countErasedInClerk(steps.deps, { ...steps.run, step }, false)),
    });
  }

  async #countClerk(step: string): Promise<number> {
    const { deps } = this.#steps;
    const clerkUsers = await this.#steps.step(step, () => deps.directory.countUsers());
    this.#steps.learn({ clerkUsers });
    return clerkUsers;
  }

  /** @returns the table's live users; in a dry run, as many as there would be */
  async #countStored(name: string): Promise<number> {
    const steps = this.#steps;
    let users = 0;
    await steps.chunks.run<CountPosition, CountChunk>(
      name,
      { from: 0, users: 0 },
      (position) => countLive(steps.deps, position),
      (chunk) => {
        users = chunk.users;
      },
    );
    steps.learn({ walked: { ...NOTHING_WALKED, live: users } });
    const { created, restored } = steps.state.changes;
    return steps.run.dryRun ? users + created + restored : users;
  }
}
