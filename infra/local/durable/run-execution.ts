import { runChainedInvokes } from './chained-invoke.ts';
import { earliestDue } from './due.ts';
import { abandon, issueToken } from './execution.ts';
import type { Execution } from './execution.ts';
import { backoffSeconds, MAX_FAILED_INVOCATIONS, MAX_PAGE_ITEMS } from './limits.ts';
import { isAwaited } from './operation.ts';
import { readInvocation, unsuccessful } from './outcome.ts';
import { Refusal } from './refusal.ts';
import { letTimePass } from './service.ts';
import type { Core } from './service.ts';
import { sleepUntil } from './sleep.ts';
import type { ErrorObject } from './update.ts';
import { isoTime, statePage } from './wire.ts';

/**
 * Invokes a durable function again and again until its execution has ended: when it slept and something that it waited
 * for has happened, and when an invocation broke off. Returns at once; the end is the execution's `over`.
 */
export function launch(core: Core, execution: Execution): void {
  if (execution.stopped.signal.aborted) return;
  Promise.all([enforceDeadline(core, execution), takeTurns(core, execution)]).catch((error: unknown) => {
    // A state file that cannot be written: going on would mean to repeat steps after a restart.
    abandon(execution, error instanceof Error ? error : new Error(String(error)));
  });
}

async function takeTurns(core: Core, execution: Execution): Promise<void> {
  runChainedInvokes(core, execution, execution.operations.values());
  while (!execution.stopped.signal.aborted) {
    await turn(core, execution);
  }
}

async function turn(core: Core, execution: Execution): Promise<void> {
  const end = await invokeOnce(core, execution);
  // Ended meanwhile, by its own checkpoint, by its deadline or by someone who stopped it: the answer is of no interest.
  if (end === undefined || execution.stopped.signal.aborted) return;
  execution.token = undefined;
  switch (end.kind) {
    case 'ended':
      return core.finish(execution, end.outcome);
    case 'suspended':
      return sleepUntilThereIsNews(core, execution);
    case 'broken':
      return backOff(core, execution, end.error);
  }
}

/** @returns How the invocation ended; undefined when the execution ended first. */
async function invokeOnce(core: Core, execution: Execution) {
  const { functionArn } = execution.beginning;
  letTimePass(core, execution, core.clock.now());
  const stopped = execution.over.promise.then(
    () => undefined,
    () => undefined,
  );
  const answered = core
    .invoke(functionArn, invocationEvent(core, execution))
    .then(readInvocation, (error: unknown) => ({
      kind: 'broken' as const,
      error: describeError(error),
    }));
  return Promise.race([answered, stopped]);
}

function describeError(error: unknown): ErrorObject {
  if (error instanceof Error) return { ErrorType: error.name, ErrorMessage: error.message };
  return { ErrorType: 'Error', ErrorMessage: String(error) };
}

/** The event of an invocation, as `DurableExecutionInvocationInput` of the SDK has it. */
function invocationEvent(core: Core, execution: Execution): Readonly<Record<string, unknown>> {
  const changed = [...execution.untold];
  execution.untold.clear();
  execution.changedOutside = false;
  execution.lastCheckpoint = undefined;
  return {
    DurableExecutionArn: execution.beginning.arn,
    CheckpointToken: issueToken(execution),
    InitialExecutionState: statePage(execution, isoTime(core.clock.ahead()), '', MAX_PAGE_ITEMS),
    UpdatedOperationIds: changed,
  };
}

async function sleepUntilThereIsNews(core: Core, execution: Execution): Promise<void> {
  for (;;) {
    letTimePass(core, execution, core.clock.now());
    // Also what a checkpoint has told the function already: it may have been on its way to sleep when it heard.
    if (execution.changedOutside || execution.stopped.signal.aborted) return;
    if (![...execution.operations.values()].some(isAwaited)) return core.finish(execution, NOTHING_TO_WAIT_FOR);
    await rest(core, execution, earliestDue(execution.operations.values()) ?? Infinity);
  }
}

const NOTHING_TO_WAIT_FOR = unsuccessful('FAILED', {
  ErrorType: 'InvalidParameterValueException',
  ErrorMessage:
    'The function answered PENDING, but it waits for nothing: no wait, retry, callback or invocation is open.',
});

/** Sleeps until a time, until something from outside changes the execution, or until it is over. */
async function rest(core: Core, execution: Execution, until: number): Promise<void> {
  const woken = new AbortController();
  execution.wake = () => woken.abort();
  await sleepUntil(core.clock, until, AbortSignal.any([woken.signal, execution.stopped.signal]));
  execution.wake = () => undefined;
}

async function backOff(core: Core, execution: Execution, error: ErrorObject): Promise<void> {
  try {
    core.record(execution, { kind: 'failed', at: core.clock.now(), error });
  } catch (refused) {
    if (!(refused instanceof Refusal)) throw refused;
    const reason = { ErrorType: refused.name, ErrorMessage: refused.message };
    return core.finish(execution, unsuccessful('FAILED', reason));
  }
  if (execution.failures >= MAX_FAILED_INVOCATIONS) return core.finish(execution, givenUp(error));
  const pause = backoffSeconds(execution.failures) * 1000 * core.scale;
  await sleepUntil(core.clock, core.clock.now() + pause, execution.stopped.signal);
}

function givenUp(error: ErrorObject) {
  const explanation =
    `(${MAX_FAILED_INVOCATIONS} invocations in a row failed without getting anywhere; ` +
    'AWS would go on until the execution times out.)';
  return unsuccessful('FAILED', {
    ...error,
    ErrorMessage: `${error.ErrorMessage ?? 'The function failed.'} ${explanation}`,
  });
}

async function enforceDeadline(core: Core, execution: Execution): Promise<void> {
  const { deadline } = execution.beginning;
  if (deadline === undefined) return;
  if (core.clock.now() < deadline) await sleepUntil(core.clock, deadline, execution.stopped.signal);
  if (execution.stopped.signal.aborted) return;
  const seconds = (deadline - execution.beginning.startedAt) / 1000;
  core.finish(
    execution,
    unsuccessful('TIMED_OUT', {
      ErrorType: 'Execution.Timeout',
      ErrorMessage: `The durable execution did not end within its ExecutionTimeout of ${seconds} seconds.`,
    }),
  );
}
