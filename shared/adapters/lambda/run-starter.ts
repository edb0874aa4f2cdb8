import type { LambdaClient } from '@aws-sdk/client-lambda';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import type { RunRequest, RunStarter } from '../../ports/run-starter.ts';
import { RunNotStarted } from '../../ports/run-starter.ts';

export interface RunStarterOptions {
  readonly client: Pick<LambdaClient, 'send'>;
  /** ARN of the reconciler's alias: a durable function is invoked through one. */
  readonly reconcilerArn: string;
}

/** Starts runs by invoking the reconciler asynchronously. */
export function createLambdaRunStarter(options: RunStarterOptions): RunStarter {
  return { start: (runId, request) => start(options, runId, request) };
}

/** The run's id names the execution, too: where the SDK sends the request again, Lambda does not start a second one. */
async function start({ client, reconcilerArn }: RunStarterOptions, runId: string, request: RunRequest): Promise<void> {
  const command = new InvokeCommand({
    FunctionName: reconcilerArn,
    InvocationType: 'Event',
    DurableExecutionName: runId,
    Payload: JSON.stringify({ ...request, runId }),
  });
  try {
    await client.send(command);
  } catch (cause) {
    // An answer's own text may quote anything: its kind must do.
    const kind = cause instanceof Error ? cause.name : typeof cause;
    throw new RunNotStarted(`The reconciler did not take the run on (${kind}).`, { cause });
  }
}
