import { randomUUID } from 'node:crypto';

import { withDurableExecution } from '@aws/durable-execution-sdk-js';
import type { DurableContext } from '@aws/durable-execution-sdk-js';
import type { Context } from 'aws-lambda';

import type { InvocationResult } from '../../../infra/local/invocation.ts';
import type { DurableEvent, Invoke } from './host.ts';

export interface InProcessFunction {
  readonly invoke: Invoke;
  /** The events of all invocations so far. */
  readonly events: DurableEvent[];
}

/** A durable function, under the real SDK, that runs in this process. */
export function durableFunction(
  behave: (event: Record<string, unknown>, context: DurableContext) => Promise<unknown>,
): InProcessFunction {
  const events: DurableEvent[] = [];
  const handler = withDurableExecution(behave) as unknown as (
    event: DurableEvent,
    context: Context,
  ) => Promise<unknown>;
  const invoke: Invoke = async (_arn, event) => {
    events.push(event);
    return handler(event, lambdaContext()).then(
      (payload): InvocationResult => ({ ok: true, payload: JSON.parse(JSON.stringify(payload)) as unknown }),
      (error: unknown): InvocationResult => {
        const { name: errorType, message: errorMessage } = error as Error;
        return { ok: false, error: { errorType, errorMessage } };
      },
    );
  };
  return { invoke, events };
}

function lambdaContext(): Context {
  const deadline = Date.now() + 60_000;
  return {
    awsRequestId: randomUUID(),
    functionName: 'worker',
    functionVersion: '1',
    invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:worker:1',
    memoryLimitInMB: '128',
    logGroupName: '/aws/lambda/worker',
    logStreamName: 'local',
    callbackWaitsForEmptyEventLoop: false,
    getRemainingTimeInMillis: () => deadline - Date.now(),
    done: () => undefined,
    fail: () => undefined,
    succeed: () => undefined,
  };
}
