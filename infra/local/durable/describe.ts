import type { DurableOutcome } from './outcome.ts';
import { Refusal } from './refusal.ts';
import type { Core } from './service.ts';

/**
 * The answer of GetDurableExecution. Of an execution that has ended the input is no longer known.
 * @throws Refusal when there is no such execution, or it ended too long ago.
 */
export function describe(core: Core, arn: string): unknown {
  const running = core.registry.running.get(arn);
  const known = running ?? core.registry.finished(arn);
  if (known === undefined) throw new Refusal('ResourceNotFoundException', `There is no durable execution ${arn}.`);
  const { name, functionArn, startedAt } = known.beginning;
  return {
    DurableExecutionArn: arn,
    DurableExecutionName: name,
    FunctionArn: functionArn,
    StartTimestamp: startedAt / 1000,
    ...('endedAt' in known
      ? { ...ending(known.outcome), EndTimestamp: known.endedAt / 1000 }
      : { Status: 'RUNNING', InputPayload: known.beginning.input }),
  };
}

function ending(outcome: DurableOutcome): Readonly<Record<string, unknown>> {
  if (outcome.status === 'SUCCEEDED') return { Status: outcome.status, Result: JSON.stringify(outcome.result) };
  const { errorType, errorMessage } = outcome.error;
  return { Status: outcome.status, Error: { ErrorType: errorType, ErrorMessage: errorMessage } };
}
