import type { IncomingMessage, ServerResponse } from 'node:http';
import type { InvocationResult } from '../../invocation.ts';
import { answerJson } from '../../http/answer.ts';
import { parseJson } from '../json.ts';
import type { DeadLetters } from '../lambda/dead-letters.ts';
import { LambdaRefusal } from '../lambda/errors.ts';
import type { Functions } from '../lambda/functions.ts';
import type { Invoker } from '../lambda/invoker.ts';
import { readServiceBody, ServiceError } from './protocol.ts';

export interface LambdaApi {
  readonly functions: Functions;
  readonly invoker: Invoker;
  /** Told of an asynchronous invocation that failed. */
  readonly deadLetters: Pick<DeadLetters, 'failed'>;
}

const INVOKE = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/;

/** @returns The function that a request wants invoked, as named in its path, or undefined for another request. */
export function invokedFunction(request: IncomingMessage): string | undefined {
  return request.method === 'POST' ? functionIn(request, INVOKE) : undefined;
}

function functionIn(request: IncomingMessage, path: RegExp): string | undefined {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://local');
  const [, name] = path.exec(pathname) ?? [];
  if (name === undefined) return undefined;
  const qualifier = searchParams.get('Qualifier');
  const decoded = decodeURIComponent(name);
  return qualifier === null ? decoded : `${decoded}:${qualifier}`;
}

const CONFIGURATION = /^\/2015-03-31\/functions\/([^/]+)\/configuration$/;

/** @returns The function whose configuration a request wants, or undefined for another request. */
export function describedFunction(request: IncomingMessage): string | undefined {
  return request.method === 'GET' ? functionIn(request, CONFIGURATION) : undefined;
}

/** Answers Lambda's `GetFunctionConfiguration`, as far as the template says it. */
export function answerConfiguration(name: string, response: ServerResponse, { functions }: LambdaApi): void {
  try {
    const { definition, version } = functions.resolve(name);
    answerJson(response, 200, {
      FunctionName: definition.name,
      FunctionArn: definition.arn,
      Version: version,
      Runtime: definition.runtime,
      Handler: definition.handler,
      Timeout: definition.timeoutSeconds,
      MemorySize: definition.memoryMegabytes,
      ...(definition.deadLetterArn !== undefined && { DeadLetterConfig: { TargetArn: definition.deadLetterArn } }),
      Environment: { Variables: functions.variablesOf(definition) },
      State: 'Active',
    });
  } catch (error) {
    throw asServiceError(error);
  }
}

/** Answers Lambda's `Invoke`, of all invocation types. */
export async function answerInvoke(
  name: string,
  request: IncomingMessage,
  response: ServerResponse,
  api: LambdaApi,
): Promise<void> {
  try {
    const body = await readServiceBody(request);
    const payload = body === '' ? {} : parseJson(body);
    if (payload === undefined) throw new ServiceError('InvalidRequestContentException', 'The payload is no JSON.');
    const { version } = api.functions.resolve(name);
    response.setHeader('x-amz-executed-version', version);
    await answerByType(name, payload, request, response, api);
  } catch (error) {
    throw asServiceError(error);
  }
}

function asServiceError(error: unknown): unknown {
  return error instanceof LambdaRefusal ? new ServiceError(error.code, error.message, error.status) : error;
}

async function answerByType(
  name: string,
  payload: unknown,
  request: IncomingMessage,
  response: ServerResponse,
  api: LambdaApi,
): Promise<void> {
  const type = String(request.headers['x-amz-invocation-type'] ?? 'RequestResponse');
  const executionName = request.headers['x-amz-durable-execution-name'];
  const invoke = (): Promise<InvocationResult> =>
    api.invoker.invoke(name, payload, { executionName: typeof executionName === 'string' ? executionName : undefined });
  if (type === 'DryRun') {
    response.writeHead(204).end();
  } else if (type === 'Event') {
    invoke().then(
      (result) => (result.ok ? undefined : api.deadLetters.failed(name, payload, result.error.errorMessage)),
      (error: unknown) => api.deadLetters.failed(name, payload, String(error)),
    );
    response.writeHead(202).end();
  } else {
    answerResult(await invoke(), response);
  }
}

function answerResult(result: InvocationResult, response: ServerResponse): void {
  if (!result.ok) response.setHeader('x-amz-function-error', 'Unhandled');
  answerJson(response, 200, result.ok ? result.payload : result.error);
}
