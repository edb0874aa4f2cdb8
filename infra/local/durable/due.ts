import type { CallbackOperation, Operation } from './operation.ts';

/**
 * When time alone moves an operation on: a wait ends, a retry comes up, a callback times out.
 * @returns The local clock's time in ms; undefined when time does not change it.
 */
function dueAt(operation: Operation): number | undefined {
  if (operation.type === 'STEP') return operation.status === 'PENDING' ? operation.nextAttemptAt : undefined;
  if (operation.status !== 'STARTED') return undefined;
  if (operation.type === 'WAIT') return operation.endsAt;
  return operation.type === 'CALLBACK' ? callbackDueAt(operation) : undefined;
}

function callbackDueAt(callback: CallbackOperation): number | undefined {
  const times = [callback.timesOutAt, callback.heartbeat?.dueAt].filter((time) => time !== undefined);
  return times.length === 0 ? undefined : Math.min(...times);
}

/** @returns The earliest time at which one of the operations moves on by itself, if any does. */
export function earliestDue(operations: Iterable<Operation>): number | undefined {
  let earliest: number | undefined;
  for (const operation of operations) {
    const due = dueAt(operation);
    if (due !== undefined && (earliest === undefined || due < earliest)) earliest = due;
  }
  return earliest;
}

/** @returns The operations that have moved on by time `at`, as they are then. */
export function whatIsDue(operations: Iterable<Operation>, at: number): Operation[] {
  const moved: Operation[] = [];
  for (const operation of operations) {
    const due = dueAt(operation);
    if (due !== undefined && due <= at) moved.push(movedOn(operation, at));
  }
  return moved;
}

function movedOn(operation: Operation, at: number): Operation {
  switch (operation.type) {
    case 'STEP':
      return { ...operation, status: 'READY', nextAttemptAt: undefined };
    case 'WAIT':
      return { ...operation, status: 'SUCCEEDED', endedAt: at };
    case 'CALLBACK':
      return { ...operation, status: 'TIMED_OUT', endedAt: at, error: timeoutError(operation, at) };
    case 'CONTEXT':
    case 'CHAINED_INVOKE':
      return operation;
  }
}

function timeoutError(callback: CallbackOperation, at: number) {
  const timedOut = callback.timesOutAt !== undefined && callback.timesOutAt <= at;
  const what = timedOut ? 'within its timeout' : 'and sent no heartbeat in time';
  return {
    ErrorType: timedOut ? 'Callback.Timeout' : 'Callback.Heartbeat',
    ErrorMessage: `No one answered the callback ${what}.`,
  };
}
