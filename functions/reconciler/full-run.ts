import { addChanges } from '../../shared/sync/reconcile/changes.ts';
import type { DeletionChunk } from '../../shared/sync/reconcile/delete-suspects.ts';
import { deleteSuspects } from '../../shared/sync/reconcile/delete-suspects.ts';
import type { ReconcileDependencies, RunIdentity } from '../../shared/sync/reconcile/dependencies.ts';
import { judgeRun } from '../../shared/sync/reconcile/judge.ts';
import type { ConflictsChunk } from '../../shared/sync/reconcile/resolve-conflicts.ts';
import { resolveConflicts } from '../../shared/sync/reconcile/resolve-conflicts.ts';
import type { RunState } from '../../shared/sync/reconcile/run.ts';
import { NEW_RUN, openRun } from '../../shared/sync/reconcile/run.ts';
import { completeUnknown } from '../../shared/sync/reconcile/unknown-creation.ts';
import { addWalked } from '../../shared/sync/reconcile/walk-progress.ts';
import { walkChunk } from '../../shared/sync/reconcile/walk.ts';
import type { DurableSteps } from './durable-steps.ts';
import { runStep } from './durable-steps.ts';
import { ChunkRunner } from './run-chunks.ts';

/** A full run from its opening to its last deletion, as steps of a durable execution. */
export class FullRun {
  readonly #context: DurableSteps;
  readonly #deps: ReconcileDependencies;
  readonly #run: RunIdentity;
  readonly #chunks: ChunkRunner;
  #state = NEW_RUN;
  #nextPiece = 0;
  #spooled = 0;

  constructor(context: DurableSteps, deps: ReconcileDependencies, run: RunIdentity) {
    this.#context = context;
    this.#deps = deps;
    this.#run = run;
    this.#chunks = new ChunkRunner(context, deps);
  }

  /** @returns what the run has found and done, also when it failed on the way */
  async toItsEnd(): Promise<RunState> {
    try {
      const countedBefore = await runStep(this.#context, this.#deps, 'open', () => openRun(this.#deps, this.#run));
      this.#learn({ clerkUsers: countedBefore });
      await this.#walk();
      await this.#completeUnknown();
      await this.#judge(countedBefore);
      if (this.#state.heldBecause === undefined && this.#state.suspects > 0) await this.#delete();
      await this.#resolveConflicts();
    } catch (error) {
      this.#learn({ failedBecause: error instanceof Error ? error.message : String(error) });
    }
    return this.#state;
  }

  #walk(): Promise<void> {
    const work = walkChunk.bind(undefined, this.#deps, this.#run);
    return this.#chunks.run('walk', { from: 0, piece: this.#nextPiece }, work, (chunk) => {
      this.#nextPiece = chunk.nextPiece;
      this.#spooled += chunk.suspects;
      const { walked, changes } = this.#state;
      this.#learn({ walked: addWalked(walked, chunk.walked), changes: addChanges(changes, chunk.changes) });
    });
  }

  #completeUnknown(): Promise<void> {
    const work = completeUnknown.bind(undefined, this.#deps, this.#run);
    return this.#chunks.run('unknown', this.#nextPiece, work, (chunk) => {
      this.#spooled += chunk.suspects;
      // Whom the walk has met is complete: one who was still not, is not in its count.
      const newcomers = this.#state.newcomers + chunk.changes.updated;
      this.#learn({ newcomers, changes: addChanges(this.#state.changes, chunk.changes) });
    });
  }

  async #judge(countedBefore: number): Promise<void> {
    const { walked, changes } = this.#state;
    const evidence = { walked, changes, spooled: this.#spooled, countedBefore };
    this.#learn(await runStep(this.#context, this.#deps, 'judge', () => judgeRun(this.#deps, this.#run, evidence)));
  }

  #delete(): Promise<void> {
    const work = deleteSuspects.bind(undefined, this.#deps, this.#run);
    return this.#chunks.run<number, DeletionChunk>('delete', 0, work, (chunk) => {
      const newcomers = this.#state.newcomers + chunk.newcomers;
      this.#learn({ newcomers, changes: addChanges(this.#state.changes, chunk.changes) });
    });
  }

  /** Last: what the run has changed and deleted has set names free. */
  #resolveConflicts(): Promise<void> {
    const work = resolveConflicts.bind(undefined, this.#deps);
    return this.#chunks.run<number, ConflictsChunk>('conflicts', 0, work, ({ waiting, resolved }) => {
      this.#learn({ conflicts: waiting, resolved: this.#state.resolved + resolved });
    });
  }

  #learn(more: Partial<RunState>): void {
    this.#state = { ...this.#state, ...more };
  }
}
