import { DEFAULT_PAGE_ITEMS, MAX_PAGE_BYTES, MAX_PAGE_ITEMS } from './limits.ts';
import type { Beginning, Execution } from './execution.ts';
import { isOpen } from './operation.ts';
import type { Operation } from './operation.ts';
import { invalid } from './refusal.ts';

/** How a time is written. The invocation's event has ISO strings; the API's answers have seconds since 1970. */
export type WriteTime = (ms: number) => string | number;

/** The Operation of the Lambda API. */
export type WireOperation = Readonly<Record<string, unknown>>;

/**
 * Functions compare these times with the wall clock, so the local clock's head start is taken off.
 * @param ahead How far the local clock is ahead of the wall clock, in ms.
 */
export function isoTime(ahead: number): WriteTime {
  return (ms) => new Date(ms - ahead).toISOString();
}

/** @param ahead As in `isoTime`. */
export function epochTime(ahead: number): WriteTime {
  return (ms) => Math.round(ms - ahead) / 1000;
}

/** The execution's own operation: its first, which carries the input. */
function writeExecution(beginning: Beginning, time: WriteTime): WireOperation {
  return {
    Id: beginning.arn.slice(beginning.arn.lastIndexOf('/') + 1),
    Type: 'EXECUTION',
    Status: 'STARTED',
    StartTimestamp: time(beginning.startedAt),
    ExecutionDetails: { InputPayload: beginning.input },
  };
}

/** @returns An operation as the API has it; what is undefined is left out by JSON. */
export function writeOperation(operation: Operation, time: WriteTime): WireOperation {
  return {
    Id: operation.id,
    ParentId: operation.parentId,
    Name: operation.name,
    Type: operation.type,
    SubType: operation.subType,
    Status: operation.status,
    StartTimestamp: time(operation.startedAt),
    EndTimestamp: operation.endedAt === undefined ? undefined : time(operation.endedAt),
    ...writeDetails(operation, time),
  };
}

function writeDetails(operation: Operation, time: WriteTime): WireOperation {
  switch (operation.type) {
    case 'STEP': {
      const next = operation.nextAttemptAt === undefined ? undefined : time(operation.nextAttemptAt);
      return { StepDetails: { Attempt: operation.attempt, NextAttemptTimestamp: next, ...writeEnding(operation) } };
    }
    case 'WAIT':
      return { WaitDetails: { ScheduledEndTimestamp: time(operation.endsAt) } };
    case 'CONTEXT':
      return { ContextDetails: { ReplayChildren: operation.replayChildren, ...writeEnding(operation) } };
    case 'CALLBACK':
      return { CallbackDetails: { CallbackId: operation.callbackId, ...writeEnding(operation) } };
    case 'CHAINED_INVOKE':
      return { ChainedInvokeDetails: writeEnding(operation) };
  }
}

function writeEnding(operation: Exclude<Operation, { type: 'WAIT' }>): WireOperation {
  return { Result: operation.result, Error: operation.error };
}

/** Part of an execution's state. */
export interface StatePage {
  readonly Operations: readonly WireOperation[];
  /** Where the next page begins; empty when there is none. */
  readonly NextMarker: string;
}

/**
 * The state that a function needs to replay, in the order in which things were started.
 * @param marker The `NextMarker` of the page before; empty or undefined for the first.
 * @param maxItems How many operations at most; undefined or 0 for the usual number.
 * @throws Refusal when the marker is none of ours.
 */
export function statePage(execution: Execution, time: WriteTime, marker?: string, maxItems?: number): StatePage {
  const from = marker === undefined || marker === '' ? 0 : Number(marker);
  const visible = [...visibleOperations(execution)];
  if (!Number.isInteger(from) || from < 0 || from > visible.length) throw invalid(`Marker ${marker} is not valid.`);
  const most = Math.min(maxItems || DEFAULT_PAGE_ITEMS, MAX_PAGE_ITEMS);
  const page: WireOperation[] = [];
  let bytes = 0;
  for (let index = from; index <= visible.length && page.length < most; index += 1) {
    const operation = visible[index - 1];
    const wire = operation === undefined ? writeExecution(execution.beginning, time) : writeOperation(operation, time);
    bytes += Buffer.byteLength(JSON.stringify(wire));
    if (bytes > MAX_PAGE_BYTES && page.length > 0) break;
    page.push(wire);
  }
  const next = from + page.length;
  return { Operations: page, NextMarker: next <= visible.length ? String(next) : '' };
}

/** What happened inside a context that has ended is left out, unless the context's result is rebuilt from it. */
function* visibleOperations(execution: Execution): Generator<Operation> {
  const closed = new Set<string>();
  for (const operation of execution.operations.values()) {
    const hidden = operation.parentId !== undefined && closed.has(operation.parentId);
    const closes = operation.type === 'CONTEXT' && !isOpen(operation) && !operation.replayChildren;
    if (hidden || closes) closed.add(operation.id);
    if (!hidden) yield operation;
  }
}
