import type { IncomingMessage, ServerResponse } from 'node:http';
import type { InvocationResult } from '../../invocation.ts';
import { answerJson } from '../../http/answer.ts';
import { parseJson } from '../json.ts';
import { LambdaRefusal } from '../lambda/errors.ts';
import type { Functions } from '../lambda/functions.ts';
import type { Invoker } from '../lambda/invoker.ts';
import { readServiceBody, ServiceError } from './protocol.ts';

export interface LambdaApi {
  readonly functions: Functions;
  readonly invoker: Invoker;
  /** Told of an asynchronous invocation that failed: nobody else is. */
  readonly onProblem: (message: string) => void;
}

const INVOKE = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/;

/** @returns The function that a request wants invoked, as named in its path, or undefined for another request. */
export function invokedFunction(request: IncomingMessage): string | undefined {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://local');
  const [, name] = INVOKE.exec(pathname) ?? [];
  if (name === undefined || request.method !== 'POST') return undefined;
  const qualifier = searchParams.get('Qualifier');
  const decoded = decodeURIComponent(name);
  return qualifier === null ? decoded : `${decoded}:${qualifier}`;
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
    if (!(error instanceof LambdaRefusal)) throw error;
    throw new ServiceError(error.code, error.message, error.status);
  }
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
      (result) => (result.ok ? undefined : api.onProblem(`${name}: ${result.error.errorMessage}`)),
      (error: unknown) => api.onProblem(`${name}: ${String(error)}`),
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
