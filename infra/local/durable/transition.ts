import { callbackId } from './callback-id.ts';
import { whatIsDue } from './due.ts';
import type { Execution, ExecutionEvent, Reply } from './execution.ts';
import { add, errorBytes, keepWithinLimits, NOTHING, payloadBytes } from './metering.ts';
import type { Metering } from './metering.ts';
import { isOpen } from './operation.ts';
import type { CallbackOperation, ChainedInvokeOperation, Operation } from './operation.ts';
import { outcomeOfUpdate } from './outcome.ts';
import type { DurableOutcome } from './outcome.ts';
import { planCheckpoint } from './plan-checkpoint.ts';
import { invalid, Refusal } from './refusal.ts';

/** What an event changes. */
export interface Change {
  readonly operations: readonly Operation[];
  readonly spent: Metering;
  readonly outcome?: DurableOutcome | undefined;
}

/**
 * Decides what an event changes, without changing anything.
 * @param scale How fast time passes, see `Moment`.
 * @throws Refusal when the state does not allow it or a limit would be crossed.
 */
export function plan(execution: Execution, event: ExecutionEvent, scale: number): Change {
  switch (event.kind) {
    case 'checkpoint': {
      const moment = { at: event.at, scale, callbackId: (id: string) => callbackId(execution.beginning.arn, id) };
      const { operations, spent, end } = planCheckpoint(execution, event.updates, moment);
      return { operations, spent, outcome: end && outcomeOfUpdate(end) };
    }
    case 'due':
      return { operations: whatIsDue(execution.operations.values(), event.at), spent: NOTHING };
    case 'failed': {
      const spent = { operations: 1, bytes: errorBytes(event.error) };
      keepWithinLimits(execution.spent, spent);
      return { operations: [], spent };
    }
    case 'reply':
      return planReply(openReply(execution, event.operationId), event.reply, event.at);
    case 'heartbeat':
      return { operations: [beat(openReply(execution, event.operationId), event.at)], spent: NOTHING };
  }
}

/** Applies what `plan` decided. */
export function commit(execution: Execution, event: ExecutionEvent, change: Change): void {
  for (const operation of change.operations) {
    execution.operations.set(operation.id, operation);
    execution.untold.add(operation.id);
  }
  execution.spent = add(execution.spent, change.spent);
  if (event.kind === 'failed') execution.failures += 1;
  if (event.kind === 'checkpoint' && event.updates.length > 0) execution.failures = 0;
  const outside = event.kind === 'due' || event.kind === 'reply';
  if (outside && change.operations.length > 0) {
    execution.changedOutside = true;
    execution.wake();
  }
}

type Answerable = CallbackOperation | ChainedInvokeOperation;

function openReply(execution: Execution, operationId: string): Answerable {
  const operation = execution.operations.get(operationId);
  if (operation?.type !== 'CALLBACK' && operation?.type !== 'CHAINED_INVOKE') {
    throw invalid(`Operation ${operationId} of ${execution.beginning.arn} waits for no reply.`);
  }
  if (!isOpen(operation)) {
    throw new Refusal(
      'CallbackTimeoutException',
      `${operation.type} ${operationId} has ended: it is ${operation.status}.`,
    );
  }
  return operation;
}

function planReply(operation: Answerable, reply: Reply, at: number): Change {
  const failed = 'error' in reply;
  const bytes = failed ? errorBytes(reply.error) : payloadBytes(reply.result);
  const ended: Operation = { ...operation, ...reply, status: failed ? 'FAILED' : 'SUCCEEDED', endedAt: at };
  return { operations: [ended], spent: { operations: 0, bytes } };
}

function beat(operation: Answerable, at: number): Operation {
  if (operation.type !== 'CALLBACK' || operation.heartbeat === undefined) {
    throw invalid(`${operation.type} ${operation.id} expects no heartbeat.`);
  }
  const { everyMs } = operation.heartbeat;
  return { ...operation, heartbeat: { everyMs, dueAt: at + everyMs } };
}
