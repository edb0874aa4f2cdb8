import type { UserWrite } from '../../../shared/ports/user-store.ts';
import type { RunSummary } from '../../../shared/sync/reconcile/summary.ts';
import { drawsOf } from '../draws.ts';
import type { EndedRun } from '../invariants/invariant.ts';
import type { StartRun } from '../parties/admin.ts';
import type { ExecutionOptions } from '../parties/durable-execution.ts';
import { Execution } from '../parties/durable-execution.ts';
import type { RunEvent } from '../parties/reconciler.ts';
import { createReconciler } from '../parties/reconciler.ts';
import { partyOf, skewOf } from '../parties/stage.ts';
import type { Party } from '../world/scheduler.ts';
import type { Simulation } from './simulation.ts';

/** A run that is under way, or has been. */
interface Running {
  readonly event: RunEvent;
  readonly execution: Execution<RunSummary>;
  readonly startedAt: number;
  readonly shown: Set<string>;
  watermark: number | undefined;
  written: number;
}

type Outcome = Parameters<ExecutionOptions<RunSummary>['ended']>[0];

/** The runs of a history, each a durable execution, and what is known of them. */
export class Runs {
  readonly #simulation: Simulation;
  readonly #all: Running[] = [];
  readonly #of = new WeakMap<Party, Running>();
  readonly #asked = new Map<string, RunEvent>();
  #lastHeld: string | undefined;

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
  }

  /** The run that was held last. */
  get lastHeld(): string | undefined {
    return this.#lastHeld;
  }

  /** What a run was asked for, once it has changed somebody. */
  askedFor(runId: string | undefined): RunEvent | undefined {
    return runId === undefined ? undefined : this.#asked.get(runId);
  }

  underWay(): readonly Execution<RunSummary>[] {
    return this.#all.flatMap(({ execution }) => (execution.hasEnded ? [] : [execution]));
  }

  /** Starts a run. @returns tells when it has ended */
  start(event: RunEvent): Promise<RunSummary | undefined> {
    const { chronicle, scheduler } = this.#simulation;
    chronicle.event();
    const number = this.#all.length + 1;
    return new Promise((resolve) => {
      const running: Running = {
        event,
        execution: this.#executionOf(event, number, {
          begun: (party) => void this.#of.set(party, running),
          ended: (outcome) => chronicle.keep(this.#ended(running, outcome).then(resolve)),
        }),
        startedAt: scheduler.now,
        shown: new Set(),
        watermark: undefined,
        written: 0,
      };
      this.#all.push(running);
      chronicle.tell('schedule', `starts run ${number}, ${JSON.stringify(event)}`);
      running.execution.start();
    });
  }

  /** Lambda, which takes runs on, each once. */
  takenOn(): StartRun {
    const { seed, processes, weather, scheduler, chronicle } = this.#simulation;
    const draws = drawsOf(seed, 'lambda', processes.begun);
    return (request) => {
      if (weather.strikes('bus-down', draws)) return false;
      scheduler.at(scheduler.now, () => chronicle.keep(this.start(request)));
      return true;
    };
  }

  /** Clerk has shown these users, to a run or to somebody else. */
  shown(ids: readonly string[], party: Party | undefined): void {
    const run = party && this.#of.get(party);
    if (!run) return;
    run.watermark ??= this.#simulation.table.updatedAt;
    for (const id of ids) run.shown.add(id);
  }

  /** A user was written, by a run or by somebody else. */
  written({ runChange }: UserWrite, party: Party | undefined): void {
    const run = party && this.#of.get(party);
    if (!run) return;
    run.written += 1;
    if (runChange) this.#asked.set(runChange.runId, run.event);
  }

  #executionOf(
    event: RunEvent,
    number: number,
    told: { readonly begun: (party: Party) => void; readonly ended: (outcome: Outcome) => void },
  ): Execution<RunSummary> {
    const { seed, scheduler, stage, settings } = this.#simulation;
    const skewMs = skewOf(seed, `reconciler-${number}`);
    return new Execution<RunSummary>({
      scheduler,
      count: stage.count,
      party: (invocation) => {
        const name = `run-${number}.${invocation}`;
        const draws = drawsOf(seed, name);
        const party = partyOf(name, skewMs + draws.between(-400, 400), draws);
        told.begun(party);
        return party;
      },
      // Each invocation has a process of its own: what one that died has held back holds nobody else back.
      run: (context) => createReconciler(stage, settings.limits, settings.retentionDays)(event, context),
      ended: told.ended,
    });
  }

  async #ended(running: Running, outcome: Outcome): Promise<RunSummary | undefined> {
    const { chronicle, table, watchers } = this.#simulation;
    const { event, startedAt, shown, written } = running;
    if (outcome === 'stopped' || 'error' in outcome) {
      const why = outcome === 'stopped' ? 'stopped' : 'thrown';
      chronicle.count(`run ${why}`);
      chronicle.tell('schedule', `hears that a run was ${why}`);
      return undefined;
    }
    const summary = outcome.answer;
    const { runId, status, failedBecause, heldBecause } = summary;
    chronicle.count(`run ${event.dryRun ? 'dry' : event.mode} ${status}`);
    const why = failedBecause ?? heldBecause;
    chronicle.tell('schedule', `hears that run ${runId} is ${status}${why === undefined ? '' : `: ${why}`}`);
    if (status === 'held') this.#lastHeld = runId;
    const { watermark = table.updatedAt } = running;
    const ended: EndedRun = { event, summary, startedAt, shown, watermark, written };
    await watchers.informInTurn((watch) => watch.runEnded?.(ended));
    return summary;
  }
}
