import { isOpen } from './operation.ts';
import type {
  CallbackOperation,
  ChainedInvokeOperation,
  ContextOperation,
  Operation,
  StepOperation,
  WaitOperation,
} from './operation.ts';
import { invalid } from './refusal.ts';
import type { OperationUpdate } from './update.ts';

/** When an update is applied, and how fast time passes. */
export interface Moment {
  /** The local clock's time in ms. */
  readonly at: number;
  /** 1: a second that the function asks for lasts a second; 0.01: ten milliseconds. */
  readonly scale: number;
  /** The id by which the outside world answers a callback. */
  callbackId(operationId: string): string;
}

/**
 * The one place that moves an operation on.
 * @param before The operation as it stands, undefined when the update is the first that names it.
 * @returns The operation as it stands afterwards.
 * @throws Refusal when the operation, as it stands, does not allow the action.
 */
export function applyUpdate(before: Operation | undefined, update: OperationUpdate, moment: Moment): Operation {
  if (before !== undefined && before.type !== update.Type) {
    throw invalid(`Operation ${update.Id} is a ${before.type}, not a ${update.Type}.`);
  }
  forbidContradiction(update);
  switch (update.Type) {
    case 'STEP':
      return applyToStep(before?.type === 'STEP' ? before : undefined, update, moment);
    case 'CONTEXT':
      return applyToContext(before?.type === 'CONTEXT' ? before : undefined, update, moment);
    case 'WAIT':
      return startOrCancel(before, update, moment, startWait);
    case 'CALLBACK':
      return startOrCancel(before, update, moment, startCallback);
    case 'CHAINED_INVOKE':
      return startOrCancel(before, update, moment, startChainedInvoke);
    case 'EXECUTION':
      throw invalid('An EXECUTION is not an operation among others.');
  }
}

function forbidContradiction(update: OperationUpdate): void {
  const both = update.Payload !== undefined && update.Error !== undefined;
  const contradicts =
    (update.Action === 'FAIL' && update.Payload !== undefined) ||
    (update.Action === 'SUCCEED' && update.Error !== undefined);
  if (both || contradicts)
    throw invalid(`${update.Action} of ${update.Type} ${update.Id} carries a payload and an error.`);
}

function begin(update: OperationUpdate, at: number) {
  const { Id: id, ParentId: parentId, Name: name, SubType: subType } = update;
  return { id, parentId, name, subType, status: 'STARTED' as const, startedAt: at };
}

function refuse(before: Operation | undefined, update: OperationUpdate): never {
  const state = before === undefined ? 'has not been started' : `is ${before.status}`;
  throw invalid(`${update.Type} ${update.Id} ${state}: ${update.Action} is not possible.`);
}

function applyToStep(before: StepOperation | undefined, update: OperationUpdate, moment: Moment): StepOperation {
  const step: StepOperation = before ?? { ...begin(update, moment.at), type: 'STEP', attempt: 0 };
  const open = step.status === 'STARTED' || step.status === 'READY';
  switch (update.Action) {
    case 'START':
      if (before !== undefined && before.status !== 'READY') refuse(before, update);
      return { ...step, status: 'STARTED', nextAttemptAt: undefined };
    case 'SUCCEED':
    case 'FAIL':
      if (!open) refuse(before, update);
      return { ...step, ...ending(update, moment.at), attempt: step.attempt + 1 };
    case 'RETRY':
      if (!open) refuse(before, update);
      return retried(step, update, moment);
    case 'CANCEL':
      return refuse(before, update);
  }
}

function ending(update: OperationUpdate, at: number) {
  const status = update.Action === 'SUCCEED' ? ('SUCCEEDED' as const) : ('FAILED' as const);
  return { status, endedAt: at, result: update.Payload, error: update.Error };
}

/** The payload is kept: a condition that is polled carries its state from one attempt to the next in it. */
function retried(step: StepOperation, update: OperationUpdate, moment: Moment): StepOperation {
  const delay = update.StepOptions?.NextAttemptDelaySeconds;
  if (delay === undefined) throw invalid(`RETRY of STEP ${update.Id} needs StepOptions.NextAttemptDelaySeconds.`);
  return {
    ...step,
    status: 'PENDING',
    attempt: step.attempt + 1,
    nextAttemptAt: after(delay, moment),
    result: update.Payload,
    error: update.Error,
  };
}

function applyToContext(
  before: ContextOperation | undefined,
  update: OperationUpdate,
  moment: Moment,
): ContextOperation {
  const context: ContextOperation = before ?? { ...begin(update, moment.at), type: 'CONTEXT', replayChildren: false };
  const replayChildren = update.ContextOptions?.ReplayChildren ?? context.replayChildren;
  switch (update.Action) {
    case 'START':
      return before === undefined ? { ...context, replayChildren } : refuse(before, update);
    case 'SUCCEED':
    case 'FAIL':
      if (!isOpen(context)) refuse(before, update);
      return { ...context, ...ending(update, moment.at), replayChildren };
    case 'RETRY':
    case 'CANCEL':
      return refuse(before, update);
  }
}

type Start = (update: OperationUpdate, moment: Moment) => Operation;

/** The operations that a function only starts: the service or the outside world ends them. */
function startOrCancel(
  before: Operation | undefined,
  update: OperationUpdate,
  moment: Moment,
  start: Start,
): Operation {
  if (update.Action === 'START' && before === undefined) return start(update, moment);
  if (update.Action === 'CANCEL' && before?.status === 'STARTED') {
    return { ...before, status: 'CANCELLED', endedAt: moment.at };
  }
  return refuse(before, update);
}

function startWait(update: OperationUpdate, moment: Moment): WaitOperation {
  const wait = update.WaitOptions?.WaitSeconds;
  if (wait === undefined) throw invalid(`START of WAIT ${update.Id} needs WaitOptions.WaitSeconds.`);
  return { ...begin(update, moment.at), type: 'WAIT', endsAt: after(wait, moment) };
}

function startCallback(update: OperationUpdate, moment: Moment): CallbackOperation {
  // 0 is how the API says "none".
  const timeout = update.CallbackOptions?.TimeoutSeconds || undefined;
  const heartbeat = update.CallbackOptions?.HeartbeatTimeoutSeconds || undefined;
  return {
    ...begin(update, moment.at),
    type: 'CALLBACK',
    callbackId: moment.callbackId(update.Id),
    timesOutAt: timeout === undefined ? undefined : after(timeout, moment),
    heartbeat:
      heartbeat === undefined
        ? undefined
        : { everyMs: after(heartbeat, moment) - moment.at, dueAt: after(heartbeat, moment) },
  };
}

function startChainedInvoke(update: OperationUpdate, moment: Moment): ChainedInvokeOperation {
  const functionName = update.ChainedInvokeOptions?.FunctionName;
  if (functionName === undefined) throw invalid(`START of CHAINED_INVOKE ${update.Id} needs a FunctionName.`);
  return { ...begin(update, moment.at), type: 'CHAINED_INVOKE', functionName, payload: update.Payload };
}

function after(seconds: number, moment: Moment): number {
  return moment.at + seconds * 1000 * moment.scale;
}
