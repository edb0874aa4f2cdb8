import type { LocalClock } from '../clock.ts';
import type { InvocationResult } from '../invocation.ts';
import { createExecution, end } from './execution.ts';
import type { Execution, ExecutionEvent } from './execution.ts';
import type { Journal, Unfinished } from './journal.ts';
import type { DurableOutcome } from './outcome.ts';
import { createRegistry } from './registry.ts';
import type { Registry } from './registry.ts';
import { commit, plan } from './transition.ts';
import type { Change } from './transition.ts';

/** What the parts of the service share. */
export interface Core {
  readonly clock: LocalClock;
  readonly scale: number;
  readonly journal: Journal;
  readonly registry: Registry;
  invoke(functionArn: string, payload: unknown): Promise<InvocationResult>;
  /**
   * Moves an execution on: decides, writes it to the journal, applies it, in this order.
   * @throws Refusal when the state does not allow it. Nothing has changed then.
   */
  record(execution: Execution, event: ExecutionEvent): Change;
  finish(execution: Execution, outcome: DurableOutcome): void;
}

export function createCore(parts: Pick<Core, 'clock' | 'scale' | 'journal' | 'invoke'>): Core {
  const registry = createRegistry();
  const finish = (execution: Execution, outcome: DurableOutcome): void => {
    if (execution.outcome !== undefined) return;
    parts.journal.append({ kind: 'ended', arn: execution.beginning.arn });
    registry.retire(execution, outcome, parts.clock.now());
    if (registry.running.size === 0) parts.journal.clear();
    end(execution, outcome);
  };
  return {
    ...parts,
    registry,
    finish,
    record(execution, event) {
      const change = plan(execution, event, parts.scale);
      parts.journal.append({ kind: 'event', arn: execution.beginning.arn, event });
      commit(execution, event, change);
      if (change.outcome !== undefined) finish(execution, change.outcome);
      return change;
    },
  };
}

/** Lets time do what is due at `at`. Leaves no trace when nothing is. */
export function letTimePass(core: Core, execution: Execution, at: number): void {
  if (plan(execution, { kind: 'due', at }, core.scale).operations.length > 0)
    core.record(execution, { kind: 'due', at });
}

/**
 * Plays the events of the executions that were in flight again.
 * @returns Those that have still not ended.
 * @throws When their events do not lead anywhere; the message names the file.
 */
export function restore(core: Core, unfinished: readonly Unfinished[]): Execution[] {
  // All of them first: the journal is cleared as soon as none of those that are known is in flight.
  const executions = unfinished.map(({ beginning, events }) => ({ execution: createExecution(beginning), events }));
  for (const { execution } of executions) core.registry.add(execution);
  for (const { execution, events } of executions) replay(core, execution, events);
  return [...core.registry.running.values()];
}

function replay(core: Core, execution: Execution, events: readonly ExecutionEvent[]): void {
  try {
    for (const event of events) {
      const change = plan(execution, event, core.scale);
      commit(execution, event, change);
      // The process died between the function's last word and the note that the execution has ended.
      if (change.outcome !== undefined) core.finish(execution, change.outcome);
    }
  } catch (error) {
    const advice = 'Delete the file, or start with --fresh: executions that were in flight are then forgotten.';
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${core.journal.file ?? 'The journal'} cannot be resumed: ${reason} ${advice}`, { cause: error });
  }
}
