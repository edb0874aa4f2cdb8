import type { ErrorObject } from './update.ts';

type OperationStatus = 'STARTED' | 'PENDING' | 'READY' | 'SUCCEEDED' | 'FAILED' | 'CANCELLED' | 'TIMED_OUT' | 'STOPPED';

/** All times are the local clock's, in ms. */
interface Common {
  readonly id: string;
  readonly parentId?: string | undefined;
  readonly name?: string | undefined;
  readonly subType?: string | undefined;
  readonly status: OperationStatus;
  readonly startedAt: number;
  readonly endedAt?: number | undefined;
}

/** How an operation ended, or how its last attempt did. */
interface Ending {
  readonly result?: string | undefined;
  readonly error?: ErrorObject | undefined;
}

export interface StepOperation extends Common, Ending {
  readonly type: 'STEP';
  /** Attempts that have ended. */
  readonly attempt: number;
  /** Only while the status is PENDING. */
  readonly nextAttemptAt?: number | undefined;
}

export interface WaitOperation extends Common {
  readonly type: 'WAIT';
  readonly endsAt: number;
}

export interface ContextOperation extends Common, Ending {
  readonly type: 'CONTEXT';
  /** Its operations are still sent to the function after it has ended: the function rebuilds the result from them. */
  readonly replayChildren: boolean;
}

export interface CallbackOperation extends Common, Ending {
  readonly type: 'CALLBACK';
  readonly callbackId: string;
  readonly timesOutAt?: number | undefined;
  readonly heartbeat?: { readonly everyMs: number; readonly dueAt: number } | undefined;
}

export interface ChainedInvokeOperation extends Common, Ending {
  readonly type: 'CHAINED_INVOKE';
  readonly functionName: string;
  readonly payload?: string | undefined;
}

/** One thing that a durable function did, is doing or waits for. */
export type Operation = StepOperation | WaitOperation | ContextOperation | CallbackOperation | ChainedInvokeOperation;

export function isOpen(operation: Operation): boolean {
  return operation.status === 'STARTED' || operation.status === 'PENDING' || operation.status === 'READY';
}

/** Whether the function may sleep on it: something other than the function itself will change it. */
export function isAwaited(operation: Operation): boolean {
  if (operation.type === 'STEP') return operation.status === 'PENDING';
  return operation.type !== 'CONTEXT' && operation.status === 'STARTED';
}
