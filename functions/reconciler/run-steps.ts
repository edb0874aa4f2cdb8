import type { ChunkChanges } from '../../shared/sync/reconcile/changes.ts';
import { addChanges, NO_CHANGES, withoutLeft } from '../../shared/sync/reconcile/changes.ts';
import type { DeletionChunk } from '../../shared/sync/reconcile/delete-suspects.ts';
import { deleteSuspects } from '../../shared/sync/reconcile/delete-suspects.ts';
import type { ChunkIdentity, ReconcileDependencies, RunIdentity } from '../../shared/sync/reconcile/dependencies.ts';
import { idsReported } from '../../shared/sync/reconcile/drift-report.ts';
import { refuseForeignInstance } from '../../shared/sync/reconcile/instance.ts';
import type { ConflictsChunk } from '../../shared/sync/reconcile/resolve-conflicts.ts';
import { resolveConflicts } from '../../shared/sync/reconcile/resolve-conflicts.ts';
import type { RunState } from '../../shared/sync/reconcile/run.ts';
import { NEW_RUN } from '../../shared/sync/reconcile/run.ts';
import type { DurableSteps } from './durable-steps.ts';
import { runStep } from './durable-steps.ts';
import type { Chunk } from './run-chunks.ts';
import { ChunkRunner } from './run-chunks.ts';

/** What the modes of a run have in common: how they make a step, what they know so far, and their last steps. */
export class RunSteps {
  readonly deps: ReconcileDependencies;
  readonly chunks: ChunkRunner;
  readonly #context: DurableSteps;
  #run: RunIdentity;
  #state = NEW_RUN;
  #unfinished = NO_CHANGES;
  #hasListed = false;

  constructor(context: DurableSteps, deps: ReconcileDependencies, run: RunIdentity) {
    this.#context = context;
    this.deps = deps;
    this.#run = run;
    this.chunks = new ChunkRunner(
      context,
      deps,
      () => this.#run,
      () => idsReported(this.#state.changes.report),
    );
  }

  get run(): RunIdentity {
    return this.#run;
  }

  /**
   * An incremental run goes on as a full one. What it has changed is carried over; what it has found and left as it is, the full
   * run finds again.
   */
  becomeFull(becauseFull: string): void {
    const { changes } = this.#state;
    this.#run = { ...this.#run, mode: 'full', becauseFull };
    this.#state = { ...NEW_RUN, changes: this.#run.dryRun ? NO_CHANGES : withoutLeft(changes) };
  }

  get state(): RunState {
    return this.#state;
  }

  learn(more: Partial<RunState>): void {
    this.#state = { ...this.#state, ...more };
  }

  /** Takes in what a chunk has changed. */
  count({ changes, unfinished }: ChunkChanges): void {
    this.learn({ changes: addChanges(this.#state.changes, changes) });
    this.#unfinished = unfinished;
  }

  step<T>(name: string, work: () => Promise<T>): PromiseLike<T> {
    return runStep(this.#context, this.deps, name, work);
  }

  /** @returns what the run has found and done, also when it failed on the way */
  async toItsEnd(work: () => Promise<void>): Promise<RunState> {
    try {
      await work();
    } catch (error) {
      const changes = addChanges(this.#state.changes, this.#unfinished);
      this.learn({ changes, failedBecause: error instanceof Error ? error.message : String(error) });
    }
    return this.#state;
  }

  /**
   * Chunks that write what Clerk's lists say. The key may be exchanged while the run goes on, and nobody of another instance may
   * be written: each asks whose it is, but for the first, just before which the opening has.
   */
  mirror<Position, Result extends Chunk<Position>>(
    name: string,
    first: Position,
    work: (position: Position, chunk: ChunkIdentity) => Promise<Result>,
    seen: (chunk: Result) => void,
  ): Promise<void> {
    const isFirstOfRun = !this.#hasListed;
    this.#hasListed = true;
    const guarded = async (position: Position, chunk: ChunkIdentity): Promise<Result> => {
      if (!isFirstOfRun || position !== first) await refuseForeignInstance(this.deps);
      return work(position, chunk);
    };
    return this.chunks.run(name, first, guarded, seen);
  }

  /** @param source the run that has proposed them */
  delete(source: string): Promise<void> {
    return this.chunks.run<number, DeletionChunk>(
      'delete',
      0,
      (done, chunk) => deleteSuspects(this.deps, chunk, source, done),
      (chunk) => {
        this.count(chunk);
        this.learn({ newcomers: this.#state.newcomers + chunk.newcomers });
      },
    );
  }

  /** Last: what the run has changed and deleted has set names free. */
  resolveConflicts(): Promise<void> {
    return this.chunks.run<number, ConflictsChunk>(
      'conflicts',
      0,
      (passed) => resolveConflicts(this.deps, passed, this.run),
      ({ waiting, resolved }) => this.learn({ conflicts: waiting, resolved: this.#state.resolved + resolved }),
    );
  }
}
