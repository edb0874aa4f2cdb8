/**
 * What runs in a function's process in place of Lambda's own runtime: loads the handler and serves one invocation
 * after the other over the Runtime API. It ends when the Runtime API is gone, as its parent is then.
 */
import { loadHandler } from './load-handler.ts';
import type { Handler } from './load-handler.ts';
import { connectToRuntimeApi } from './runtime-client.ts';
import type { Invocation } from './runtime-client.ts';
import { patchConsole, reportOf } from './runtime-console.ts';

const environment = process.env;
const runtime = connectToRuntimeApi(environment['AWS_LAMBDA_RUNTIME_API'] ?? '');
let current: Invocation | undefined;
const runtimeConsole = patchConsole(environment['AWS_LAMBDA_LOG_FORMAT'], () => current?.requestId);

process.on('uncaughtException', (error) => void reportAndExit('Runtime.UncaughtException', error));
process.on('unhandledRejection', (reason) => void reportAndExit('Runtime.UnhandledPromiseRejection', reason));

try {
  const handler = await loadHandler(environment['LAMBDA_TASK_ROOT'] ?? '', environment['_HANDLER'] ?? '');
  for (;;) await serve(handler, await runtime.next());
} catch (error) {
  await reportAndExit('Runtime.InitError', error);
}

async function serve(handler: Handler, invocation: Invocation): Promise<void> {
  current = invocation;
  environment['_X_AMZN_TRACE_ID'] = invocation.traceId;
  try {
    const event: unknown = JSON.parse(invocation.body);
    const answer = await handler(event, contextOf(invocation));
    await runtime.respond(invocation.requestId, JSON.stringify(answer === undefined ? null : answer));
  } catch (error) {
    runtimeConsole.noteError('Invoke Error', error);
    await runtime.fail(invocation.requestId, reportOf(error));
  }
  current = undefined;
}

function contextOf(invocation: Invocation): Record<string, unknown> {
  return {
    awsRequestId: invocation.requestId,
    functionName: environment['AWS_LAMBDA_FUNCTION_NAME'],
    functionVersion: environment['AWS_LAMBDA_FUNCTION_VERSION'],
    invokedFunctionArn: invocation.functionArn,
    memoryLimitInMB: environment['AWS_LAMBDA_FUNCTION_MEMORY_SIZE'],
    logGroupName: environment['AWS_LAMBDA_LOG_GROUP_NAME'],
    logStreamName: environment['AWS_LAMBDA_LOG_STREAM_NAME'],
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => invocation.deadlineMs - Date.now(),
  };
}

/** An error that belongs to no invocation's promise ends the process, as on Lambda: its state cannot be trusted. */
async function reportAndExit(errorType: string, reason: unknown): Promise<void> {
  const invocation = current;
  const report = reportOf(reason, errorType === 'Runtime.InitError' ? undefined : errorType);
  runtimeConsole.noteError(errorType, reason);
  try {
    await (invocation === undefined ? runtime.failInit(report) : runtime.fail(invocation.requestId, report));
  } finally {
    process.exit(1);
  }
}
