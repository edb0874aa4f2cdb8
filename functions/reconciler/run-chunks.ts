import type { ChunkIdentity, ReconcileDependencies, RunIdentity } from '../../shared/sync/reconcile/dependencies.ts';
import type { Problem } from '../../shared/sync/reconcile/failure.ts';
import type { IdsReported } from '../../shared/sync/reconcile/drift-report.ts';
import { keepLease } from '../../shared/sync/reconcile/lease.ts';
import type { DurableSteps } from './durable-steps.ts';
import { MOST_ATTEMPTS, retryDelay, runStep, StepFailed } from './durable-steps.ts';

/** What every chunk of a run answers. It is kept by the durable execution: positions, counts and ids, never a value of a user. */
export interface Chunk<Position> {
  /** Where the next chunk begins; undefined when there is none. */
  readonly next: Position | undefined;
  /** Whether it came any further. */
  readonly advanced: boolean;
  /** What ended it before its time. */
  readonly problem: Problem | undefined;
  /** ms. */
  readonly tookMs: number;
}

/**
 * Time of one invocation after which the run goes on in another, ms. The function's timeout is 120 s and a chunk begins
 * before this, takes 60 s and a page's time more. A table that needs less is reconciled in one invocation, without any wait.
 */
const YIELD_AFTER_MS = 30_000;

/** A durable execution may have 3,000 operations: two a chunk, 300 while it waits for the lease, and a few besides. */
const MOST_CHUNKS = 1_300;

/** Runs chunk after chunk, in turns that fit into an invocation. */
export class ChunkRunner {
  readonly #context: DurableSteps;
  readonly #deps: ReconcileDependencies;
  readonly #run: () => RunIdentity;
  readonly #reported: () => IdsReported;
  #chunks = 0;
  #usedMs = 0;

  /**
   * @param run what it is at the time: an incremental run may become a full one
   * @param reported ids that its drift report has so far, by kind
   */
  constructor(context: DurableSteps, deps: ReconcileDependencies, run: () => RunIdentity, reported: () => IdsReported) {
    this.#reported = reported;
    this.#context = context;
    this.#deps = deps;
    this.#run = run;
  }

  /**
   * Runs chunks until there is no next one, each under the lease. One that gets nowhere is repeated after a pause, a few times in a row.
   * Whatever is decided here is decided from the answers of the steps: a replay must decide the same.
   *
   * @param name of the steps: `<name>-1`, `<name>-2`…
   * @param first where the first chunk begins
   * @param seen told of every chunk, in order
   * @throws StepFailed with the problem of the chunk that did not succeed
   */
  async run<Position, Result extends Chunk<Position>>(
    name: string,
    first: Position,
    work: (position: Position, chunk: ChunkIdentity) => Promise<Result>,
    seen: (chunk: Result) => void,
  ): Promise<void> {
    let position: Position | undefined = first;
    let stalls = 0;
    for (let number = 1; position !== undefined; number += 1) {
      const step = `${name}-${number}`;
      const from: Position = position;
      const reported = this.#reported();
      const chunk = await this.#step(step, async () => {
        const run = this.#run();
        await keepLease(this.#deps, run);
        return work(from, { ...run, step, reported });
      });
      seen(chunk);
      stalls = stallsAfter(stalls, chunk);
      position = chunk.next;
      if (stalls > 0) await this.pause(`${step}-retry`, retryDelay(stalls, chunk.problem?.retryAfterMs));
      else if (this.#usedMs >= YIELD_AFTER_MS) await this.pause(`${step}-yield`, { seconds: 1 });
    }
  }

  async #step<Result extends Chunk<unknown>>(name: string, work: () => Promise<Result>): Promise<Result> {
    this.#chunks += 1;
    if (this.#chunks > MOST_CHUNKS) {
      throw new StepFailed(`The run needs more than ${MOST_CHUNKS} chunks: give the function larger ones.`, false);
    }
    const chunk = await runStep(this.#context, this.#deps, name, work);
    this.#usedMs += chunk.tookMs;
    if (chunk.problem)
      this.#deps.log.warn('reconcile chunk ended early', { step: name, reason: chunk.problem.message });
    return chunk;
  }

  /** Ends this invocation, and goes on later in another one. */
  async pause(name: string, duration: { seconds: number }): Promise<void> {
    await this.#context.wait(name, duration);
    this.#usedMs = 0;
  }
}

/** How often in a row the run has met with trouble since it last came further. */
function stallsAfter(stalls: number, { problem, advanced, next }: Chunk<unknown>): number {
  if (next === undefined) return 0;
  if (problem && !problem.passing) throw new StepFailed(problem.message, false);
  if (advanced) return problem ? 1 : 0;
  if (stalls + 1 >= MOST_ATTEMPTS) throw new StepFailed(problem?.message ?? 'The run does not come any further.', true);
  return stalls + 1;
}
