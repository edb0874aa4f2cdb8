import { randomUUID } from 'node:crypto';

import { NOTHING, payloadBytes } from './metering.ts';
import type { Metering } from './metering.ts';
import type { Operation } from './operation.ts';
import type { DurableOutcome } from './outcome.ts';
import type { ErrorObject, OperationUpdate } from './update.ts';

/** What an execution is from its first moment on. */
export interface Beginning {
  readonly arn: string;
  readonly functionArn: string;
  readonly name: string;
  /** The payload, as JSON. */
  readonly input: string;
  /** The local clock's time in ms, like every time here. */
  readonly startedAt: number;
  readonly deadline?: number | undefined;
}

/** How someone else's work for an execution ended. */
export type Reply = { readonly result?: string | undefined } | { readonly error: ErrorObject };

/** Everything that moves an execution on. Played again in order, they lead to the same state. */
export type ExecutionEvent =
  | { readonly kind: 'checkpoint'; readonly at: number; readonly updates: readonly OperationUpdate[] }
  /** Time has passed. */
  | { readonly kind: 'due'; readonly at: number }
  /** An invocation ended without an answer and will be repeated. */
  | { readonly kind: 'failed'; readonly at: number; readonly error: ErrorObject }
  | { readonly kind: 'reply'; readonly at: number; readonly operationId: string; readonly reply: Reply }
  | { readonly kind: 'heartbeat'; readonly at: number; readonly operationId: string };

/** An execution that has not ended. The first group follows from its events, the second lives with this process. */
export interface Execution {
  readonly beginning: Beginning;
  /** In the order in which they were started. */
  readonly operations: Map<string, Operation>;
  spent: Metering;
  /** Invocations that failed in a row without a checkpoint that changed something. */
  failures: number;
  outcome?: DurableOutcome;

  /** What the function must show to checkpoint; none while no invocation runs. */
  token?: string | undefined;
  /** The last checkpoint, to answer a repetition of it alike. */
  lastCheckpoint?: { readonly clientToken: string; readonly token: string; readonly answer: unknown } | undefined;
  /** Operations whose change the function has not been told. */
  readonly untold: Set<string>;
  /** Something other than the function has changed the state since its last invocation began. */
  changedOutside: boolean;
  /** Resolves with the outcome; rejects when the service closes first. */
  readonly over: PromiseWithResolvers<DurableOutcome>;
  /** Aborted together with `over`. */
  readonly stopped: AbortController;
  /** Ends the rest between two invocations early. */
  wake(): void;
}

export function createExecution(beginning: Beginning): Execution {
  const over = Promise.withResolvers<DurableOutcome>();
  // Nobody waits for an execution that is resumed after a restart: that is no unhandled rejection.
  over.promise.catch(() => undefined);
  return {
    beginning,
    operations: new Map(),
    spent: { ...NOTHING, bytes: payloadBytes(beginning.input) },
    failures: 0,
    untold: new Set(),
    changedOutside: false,
    over,
    stopped: new AbortController(),
    wake: () => undefined,
  };
}

/** Ends an execution. Nothing but the first end counts. */
export function end(execution: Execution, outcome: DurableOutcome): void {
  if (execution.outcome !== undefined) return;
  execution.outcome = outcome;
  execution.token = undefined;
  execution.over.resolve(outcome);
  execution.stopped.abort();
}

/** Lets go of an execution that has not ended: nothing moves it on any more in this process. */
export function abandon(execution: Execution, reason: Error): void {
  execution.token = undefined;
  execution.over.reject(reason);
  execution.stopped.abort();
}

/** @returns A token that is good until the next checkpoint or invocation. */
export function issueToken(execution: Execution): string {
  execution.token = Buffer.from(randomUUID()).toString('base64');
  return execution.token;
}
