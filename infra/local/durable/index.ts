import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

import type { LocalClock } from '../clock.ts';
import type { InvocationResult } from '../invocation.ts';
import { abandon, createExecution } from './execution.ts';
import { NO_JOURNAL, openJournal } from './journal.ts';
import type { DurableOutcome } from './outcome.ts';
import { executionArn } from './registry.ts';
import { answerDurableRequest, isDurableRequest } from './routes.ts';
import { launch } from './run-execution.ts';
import { createCore, restore } from './service.ts';
import type { Core } from './service.ts';

export type { DurableOutcome } from './outcome.ts';

export interface DurableServiceOptions {
  clock: LocalClock;
  /** Invokes a function once. It may be called as soon as `startDurableService` has resolved. */
  invoke(functionArn: string, payload: unknown): Promise<InvocationResult>;
  /** Where executions in flight outlive this process. Absent: they end with it. */
  stateFile?: string;
  /** 1, when absent: a wait of a minute lasts a minute. 0.01: a hundred times faster; retries and callbacks too. */
  waitScale?: number;
}

interface StartOptions {
  /** An execution that has this name already is joined, not started again. */
  name?: string;
  /** By the local clock, not scaled. */
  executionTimeoutSeconds?: number;
}

export interface DurableService {
  /**
   * Starts a durable execution of a function.
   * @returns Resolves when the execution has ended, however it ended.
   * @throws When the name is not valid or in use with another payload, and when the service is closed first.
   */
  start(functionArn: string, payload: unknown, options?: StartOptions): Promise<DurableOutcome>;
  /** Whether a request to the Lambda endpoint is for this service. */
  handles(method: string, path: string): boolean;
  /** Answers such a request. The body must not have been read. */
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** Invokes nothing any more and lets go of the state file. Whoever waits in `start` gets an error. */
  close(): Promise<void>;
}

/**
 * AWS Lambda's durable executions, for functions that use `@aws/durable-execution-sdk-js` and know nothing of running
 * locally: their Lambda client finds this service through `AWS_ENDPOINT_URL_LAMBDA`.
 *
 * A function is invoked with the state of its execution, stores what it does by checkpoints, and is invoked again when a
 * wait, a retry, a callback or a chained invocation that it sleeps on has come up, or when it crashed; what it finished
 * before is not repeated. Like on AWS, 3,000 operations and 100 MB written are the end of an execution.
 *
 * Not imitated: the history and the list of executions, retention (the last 100 that ended are remembered, until this
 * process ends), versions behind an alias (the function that is there now continues), durable functions as the target
 * of a chained invocation, request rates. An invocation that fails is repeated 8 times, not until the execution's
 * timeout, unless it got further in between.
 *
 * Executions that were in flight when the state file was last written are resumed.
 * @throws When the state file cannot be read or written, or is not one of this service.
 */
export async function startDurableService(options: DurableServiceOptions): Promise<DurableService> {
  const journal = options.stateFile === undefined ? NO_JOURNAL : openJournal(options.stateFile);
  try {
    const core = createCore({
      clock: options.clock,
      scale: options.waitScale ?? 1,
      journal,
      invoke: (functionArn, payload) => options.invoke(functionArn, payload),
    });
    const resumed = restore(core, journal.unfinished);
    // After this function has resolved, so that its caller can take the first checkpoint.
    setImmediate(() => resumed.forEach((execution) => launch(core, execution)));
    return createService(core);
  } catch (error) {
    journal.close();
    throw error;
  }
}

function createService(core: Core): DurableService {
  let closed = false;
  return {
    async start(functionArn, payload, startOptions = {}) {
      if (closed) throw closedError(`A durable execution of ${functionArn} was not started`);
      return begin(core, functionArn, JSON.stringify(payload) ?? '{}', startOptions);
    },
    handles: (_method, path) => isDurableRequest(path),
    handle: (request, response) => answerDurableRequest(core, request, response),
    async close() {
      if (closed) return;
      closed = true;
      for (const execution of core.registry.running.values()) {
        abandon(execution, closedError(`The durable execution ${execution.beginning.arn} has not ended`));
      }
      core.journal.close();
    },
  };
}

function closedError(what: string): Error {
  return new Error(`${what}: the local cloud is closing.`);
}

function begin(core: Core, functionArn: string, input: string, options: StartOptions): Promise<DurableOutcome> {
  const known = options.name === undefined ? undefined : core.registry.sameName(functionArn, options.name, input);
  if (known !== undefined) return known;
  const name = options.name ?? randomUUID();
  const startedAt = core.clock.now();
  const timeout = options.executionTimeoutSeconds;
  const execution = createExecution({
    arn: executionArn(functionArn, name),
    functionArn,
    name,
    input,
    startedAt,
    deadline: timeout === undefined ? undefined : startedAt + timeout * 1000,
  });
  core.journal.append({ kind: 'began', beginning: execution.beginning });
  core.registry.add(execution);
  launch(core, execution);
  return execution.over.promise;
}
