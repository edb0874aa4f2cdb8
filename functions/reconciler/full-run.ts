import { judgeRun } from '../../shared/sync/reconcile/judge.ts';
import type { RunState } from '../../shared/sync/reconcile/run.ts';
import { openRun, recordProposals } from '../../shared/sync/reconcile/run.ts';
import { completeUnknown, listUnknown } from '../../shared/sync/reconcile/unknown-creation.ts';
import { leaveMarks, planWalk } from '../../shared/sync/reconcile/plan-walk.ts';
import type { WalkPosition } from '../../shared/sync/reconcile/walk-progress.ts';
import { addWalked } from '../../shared/sync/reconcile/walk-progress.ts';
import { walkChunk } from '../../shared/sync/reconcile/walk.ts';
import { StepFailed } from './durable-steps.ts';
import { retain } from './retention-steps.ts';
import type { RunSteps } from './run-steps.ts';

/** A full run from its opening to its last deletion, as steps of a durable execution. */
export class FullRun {
  readonly #steps: RunSteps;
  #nextPiece = 0;
  #spooled = 0;
  #marks: readonly number[] = [];
  #doubtful: readonly number[] = [];

  constructor(steps: RunSteps) {
    this.#steps = steps;
  }

  /** @returns what the run has found and done, also when it failed on the way */
  toItsEnd(): Promise<RunState> {
    const steps = this.#steps;
    return steps.toItsEnd(async () => {
      const { clerkUsers, start } = await steps.step('open', () => this.#open());
      steps.learn({ clerkUsers });
      await this.#walk(start);
      await this.#completeUnknown();
      await this.#judge(clerkUsers);
      const { heldBecause, suspects } = steps.state;
      if (heldBecause === undefined && suspects > 0) await steps.delete(steps.run.id);
      await steps.resolveConflicts();
      await retain(steps);
    });
  }

  async #open(): Promise<{ clerkUsers: number; start: WalkPosition }> {
    const { deps, run } = this.#steps;
    const clerkUsers = await openRun(deps, run);
    return { clerkUsers, start: await planWalk(deps, clerkUsers) };
  }

  #walk(start: WalkPosition): Promise<void> {
    const steps = this.#steps;
    return steps.mirror(
      'walk',
      start,
      (position, chunk) => walkChunk(steps.deps, chunk, position),
      (chunk) => {
        this.#nextPiece = chunk.nextPiece;
        this.#spooled += chunk.suspects;
        this.#marks = [...this.#marks, ...chunk.marks];
        this.#doubtful = [...this.#doubtful, ...chunk.doubtful];
        steps.count(chunk);
        steps.learn({ walked: addWalked(steps.state.walked, chunk.walked) });
      },
    );
  }

  async #completeUnknown(): Promise<void> {
    const steps = this.#steps;
    const unknown = await steps.step('unknown', () => listUnknown(steps.deps, steps.run, this.#doubtful));
    if (unknown === 0) return;
    await steps.mirror(
      'unknown',
      { done: 0, piece: this.#nextPiece },
      (position, chunk) => completeUnknown(steps.deps, chunk, position),
      (chunk) => {
        this.#spooled += chunk.suspects;
        steps.count(chunk);
        steps.learn({ newcomers: steps.state.newcomers + chunk.newcomers });
      },
    );
  }

  async #judge(countedBefore: number): Promise<void> {
    const { deps, run, state } = this.#steps;
    const evidence = { walked: state.walked, changes: state.changes, spooled: this.#spooled, countedBefore };
    const { doubtedBecause, ...judgement } = await this.#steps.step('judge', async () => {
      const judged = await judgeRun(deps, run, evidence);
      await recordProposals(deps, run, { ...state, ...judged });
      await leaveMarks(deps, this.#marks);
      return judged;
    });
    this.#steps.learn({ ...judgement, hasJudged: doubtedBecause === undefined });
    if (doubtedBecause !== undefined) throw new StepFailed(doubtedBecause, true);
  }
}
