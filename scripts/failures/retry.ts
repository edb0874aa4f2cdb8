import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { parseRunRequest } from '../../functions/reconciler/run-request.ts';
import { ENVIRONMENT } from '../../shared/names/environment.ts';
import { configurationOf, PATIENCE } from '../support/deployment.ts';
import type { FailedBatch, Failure } from './failure.ts';
import type { FailureQueues } from './queues.ts';
import { LostRecords, readRecords } from './read-records.ts';

/** What came of it, in words; `ok`: the message can go. */
export interface Retried {
  readonly ok: boolean;
  readonly said: string;
}

const FUNCTION = 'AWS::Lambda::Function';
/** As the construct calls it, wherever in a stack it stands. */
const RECONCILER = /Reconciler/;

/** A function takes as long as its timeout. */
const LAMBDA = { ...PATIENCE, maxAttempts: 1, requestHandler: { connectionTimeout: 3_000, requestTimeout: 150_000 } };

type Clients = { readonly streams: DynamoDBStreamsClient; readonly lambda: LambdaClient };

/** Does again what was given up, in the way in which it first was begun. */
export function createRetry(queues: FailureQueues): (failure: Failure) => Promise<Retried> {
  const { aws } = queues.place;
  const clients = {
    streams: new DynamoDBStreamsClient({ ...PATIENCE, ...aws }),
    lambda: new LambdaClient({ ...LAMBDA, ...aws }),
  };
  return async (failure) => {
    try {
      return failure.batch
        ? await retryBatch(failure.batch, queues, clients)
        : await retryRun(failure, queues, clients);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      const isDenied = error.name.startsWith('AccessDenied');
      return { ok: false, said: isDenied ? `these credentials lack a permission (${error.message})` : error.message };
    }
  };
}

/**
 * A message says which function to call, and anybody who may write to the queue can write one. The table may be another stack's:
 * that it is this function's the function itself says.
 */
async function isOurs({ functionName, streamArn }: FailedBatch, { resources, place }: FailureQueues): Promise<boolean> {
  if (!resources.some(({ type, physicalId }) => type === FUNCTION && physicalId === functionName)) return false;
  const { Environment } = await configurationOf(functionName, place.stackName, place.aws);
  const [, tableName] = /:table\/([^/]+)\/stream\//.exec(streamArn) ?? [];
  return tableName !== undefined && Environment?.Variables?.[ENVIRONMENT.tableName] === tableName;
}

/** Names are looked at anew, and what was told before has the id that it had: the function may be handed anything twice. */
async function retryBatch(batch: FailedBatch, queues: FailureQueues, { streams, lambda }: Clients): Promise<Retried> {
  if (!(await isOurs(batch, queues))) return { ok: false, said: 'it is about a function or a table of another stack' };
  let handed = 0;
  try {
    for await (const records of readRecords(streams, batch)) {
      const refusal = await handOver(lambda, batch.functionName, records);
      if (refusal !== undefined) return { ok: false, said: refusal };
      handed += records.length;
    }
  } catch (error) {
    if (!(error instanceof LostRecords)) throw error;
    return { ok: false, said: `${error.message}: drop it, subscribers have the table` };
  }
  return { ok: true, said: `${handed} changes handed to ${batch.functionName} again` };
}

/** @param records each as JSON. @returns why the function did not take them */
async function handOver(lambda: LambdaClient, name: string, records: readonly string[]): Promise<string | undefined> {
  const command = new InvokeCommand({ FunctionName: name, Payload: `{"Records":[${records.join(',')}]}` });
  const { FunctionError: error, Payload } = await lambda.send(command);
  if (error !== undefined) return `${name} failed, and its log says why`;
  const answer: unknown = JSON.parse(Payload?.transformToString() ?? 'null');
  const failed: unknown =
    typeof answer === 'object' && answer !== null && 'batchItemFailures' in answer
      ? answer.batchItemFailures
      : undefined;
  if (Array.isArray(failed) && failed.length === 0) return undefined;
  return `${name} could not do it yet, and its log says why`;
}

/** As a schedule does: nobody waits for the run. What comes to nothing again ends in the queue again. */
async function retryRun({ event, queueUrl }: Failure, queues: FailureQueues, { lambda }: Clients): Promise<Retried> {
  const { mode } = parseRunRequest(event);
  const name = await reconcilerOf(queueUrl, queues);
  if (name === undefined) return { ok: false, said: 'no reconciler of this stack gives up into its queue' };
  const command = new InvokeCommand({
    FunctionName: `${name}:live`,
    InvocationType: 'Event',
    Payload: JSON.stringify(event),
  });
  await lambda.send(command);
  return { ok: true, said: `sent to the reconciler again, mode ${mode}` };
}

/** A stack may have several mirrors: a run is for the one whose queue it ended in. */
async function reconcilerOf(queueUrl: string, { resources, place }: FailureQueues): Promise<string | undefined> {
  const queue = `:${queueUrl.split('/').at(-1)}`;
  const functions = resources.filter(({ type, logicalId }) => type === FUNCTION && RECONCILER.test(logicalId));
  for (const { physicalId } of functions) {
    const { DeadLetterConfig } = await configurationOf(physicalId, place.stackName, place.aws);
    if (DeadLetterConfig?.TargetArn?.endsWith(queue)) return physicalId;
  }
  return undefined;
}
