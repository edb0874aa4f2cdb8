import { judgeRun } from '../../shared/sync/reconcile/judge.ts';
import type { RunState } from '../../shared/sync/reconcile/run.ts';
import { openRun, recordProposals } from '../../shared/sync/reconcile/run.ts';
import { completeUnknown, listUnknown } from '../../shared/sync/reconcile/unknown-creation.ts';
import { addWalked } from '../../shared/sync/reconcile/walk-progress.ts';
import { walkChunk } from '../../shared/sync/reconcile/walk.ts';
import type { RunSteps } from './run-steps.ts';

/** A full run from its opening to its last deletion, as steps of a durable execution. */
export class FullRun {
  readonly #steps: RunSteps;
  #nextPiece = 0;
  #spooled = 0;

  constructor(steps: RunSteps) {
    this.#steps = steps;
  }

  /** @returns what the run has found and done, also when it failed on the way */
  toItsEnd(): Promise<RunState> {
    const steps = this.#steps;
    return steps.toItsEnd(async () => {
      const countedBefore = await steps.step('open', () => openRun(steps.deps, steps.run));
      steps.learn({ clerkUsers: countedBefore });
      await this.#walk();
      await this.#completeUnknown();
      await this.#judge(countedBefore);
      const { heldBecause, suspects } = steps.state;
      if (heldBecause === undefined && suspects > 0) await steps.delete(steps.run.id);
      await steps.resolveConflicts();
    });
  }

  #walk(): Promise<void> {
    const steps = this.#steps;
    return steps.chunks.run(
      'walk',
      { from: 0, piece: this.#nextPiece },
      (position, chunk) => walkChunk(steps.deps, chunk, position),
      (chunk) => {
        this.#nextPiece = chunk.nextPiece;
        this.#spooled += chunk.suspects;
        steps.count(chunk);
        steps.learn({ walked: addWalked(steps.state.walked, chunk.walked) });
      },
    );
  }

  async #completeUnknown(): Promise<void> {
    const steps = this.#steps;
    const unknown = await steps.step('unknown', () => listUnknown(steps.deps, steps.run));
    if (unknown === 0) return;
    await steps.chunks.run(
      'unknown',
      { done: 0, piece: this.#nextPiece },
      (position, chunk) => completeUnknown(steps.deps, chunk, position),
      (chunk) => {
        this.#spooled += chunk.suspects;
        steps.count(chunk);
        // Whom the walk has met is complete: one who was still not, is not in its count.
        steps.learn({ newcomers: steps.state.newcomers + chunk.changes.updated });
      },
    );
  }

  async #judge(countedBefore: number): Promise<void> {
    const { deps, run, state } = this.#steps;
    const evidence = { walked: state.walked, changes: state.changes, spooled: this.#spooled, countedBefore };
    const judgement = await this.#steps.step('judge', async () => {
      const judged = await judgeRun(deps, run, evidence);
      await recordProposals(deps, run, { ...state, ...judged });
      return judged;
    });
    this.#steps.learn(judgement);
  }
}
