import { applyUpdate } from './apply-update.ts';
import type { Moment } from './apply-update.ts';
import { add, keepWithinLimits, meter, NOTHING } from './metering.ts';
import type { Metering } from './metering.ts';
import type { Operation } from './operation.ts';
import { invalid } from './refusal.ts';
import type { OperationUpdate } from './update.ts';

/** What a checkpoint starts from. */
export interface Standing {
  readonly operations: ReadonlyMap<string, Operation>;
  readonly spent: Metering;
}

export interface CheckpointPlan {
  /** Operations that change, as they are afterwards, in the order in which they were first named. */
  readonly operations: Operation[];
  readonly spent: Metering;
  /** The update that ends the execution, when the function sends its result as a checkpoint. */
  readonly end?: OperationUpdate | undefined;
}

/**
 * Works out what a checkpoint does. All of its updates are applied, or none.
 * @throws Refusal when one of them cannot be, or a limit would be crossed.
 */
export function planCheckpoint(
  standing: Standing,
  updates: readonly OperationUpdate[],
  moment: Moment,
): CheckpointPlan {
  const end = endOfExecution(updates);
  const changed = new Map<string, Operation>();
  const seen = new Map<string, OperationUpdate>();
  let spent = NOTHING;
  for (const update of updates) {
    const before = changed.get(update.Id) ?? standing.operations.get(update.Id);
    spent = add(spent, meter(update, before === undefined && update !== end));
    if (update === end) continue;
    forbidRepetition(seen.get(update.Id), update);
    requireParent(update, changed, standing);
    changed.set(update.Id, applyUpdate(before, update, moment));
    seen.set(update.Id, update);
  }
  keepWithinLimits(standing.spent, spent);
  return { operations: [...changed.values()], spent, end };
}

/** The result of an execution that is too large for an answer comes as an update, under an id that means nothing. */
function endOfExecution(updates: readonly OperationUpdate[]): OperationUpdate | undefined {
  const ends = updates.filter((update) => update.Type === 'EXECUTION');
  const end = ends[0];
  if (end === undefined) return undefined;
  if (ends.length > 1 || updates.at(-1) !== end) {
    throw invalid('At most one update of a checkpoint may end the EXECUTION, and it must be the last.');
  }
  if (end.Action !== 'SUCCEED' && end.Action !== 'FAIL') throw invalid(`${end.Action} is no action on an EXECUTION.`);
  return end;
}

/** A step or a context may start and end in one checkpoint; nothing else may appear twice. */
function forbidRepetition(previous: OperationUpdate | undefined, update: OperationUpdate): void {
  if (previous === undefined) return;
  const startsAndEnds =
    (update.Type === 'STEP' || update.Type === 'CONTEXT') && previous.Action === 'START' && update.Action !== 'START';
  if (!startsAndEnds) throw invalid(`One checkpoint may not update operation ${update.Id} twice.`);
}

function requireParent(update: OperationUpdate, changed: ReadonlyMap<string, Operation>, standing: Standing): void {
  if (update.ParentId === undefined) return;
  const parent = changed.get(update.ParentId) ?? standing.operations.get(update.ParentId);
  if (parent?.type !== 'CONTEXT') {
    throw invalid(`The parent ${update.ParentId} of operation ${update.Id} is not a CONTEXT of this execution.`);
  }
}
