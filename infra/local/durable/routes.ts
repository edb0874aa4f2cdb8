import type { IncomingMessage, ServerResponse } from 'node:http';

import { asText, isRecord, parseJson } from '../cloud/json.ts';
import { answerJson } from '../http/answer.ts';
import { readBody } from '../http/body.ts';
import { checkpoint, readState, staleToken } from './checkpoint.ts';
import { describe } from './describe.ts';
import { parseCallbackId } from './callback-id.ts';
import type { Execution, ExecutionEvent } from './execution.ts';
import { unsuccessful } from './outcome.ts';
import { invalid, Refusal } from './refusal.ts';
import type { Core } from './service.ts';
import { parseError, parseUpdates } from './update.ts';

/** The result of an execution may be 6 MB, and JSON inside JSON escapes it. */
const MAX_BODY_BYTES = 16 * 1024 * 1024;

const PREFIX = '/2025-12-01/durable-execution';
const EXECUTIONS = /^\/2025-12-01\/durable-executions\/([^/]+)(?:\/([a-z]+))?$/;
const CALLBACKS = /^\/2025-12-01\/durable-execution-callbacks\/([^/]+)\/([a-z]+)$/;

/** Whether a request is one of the durable API, also one that is not imitated. */
export function isDurableRequest(path: string): boolean {
  return path.startsWith(PREFIX);
}

/** Answers a request of the durable API: with a result, or with an exception as Lambda writes it. */
export async function answerDurableRequest(
  core: Core,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const body = await readBody(request, MAX_BODY_BYTES);
    if (body === 'too large') throw invalid(`The request has more than ${MAX_BODY_BYTES} bytes.`);
    answerJson(response, 200, route(core, request, body.toString('utf8')));
  } catch (error) {
    answerError(response, error);
  }
}

function answerError(response: ServerResponse, error: unknown): void {
  const known =
    error instanceof Refusal ? error : new Refusal('ServiceException', `Durable executions: ${String(error)}`);
  if (!response.headersSent) response.setHeader('x-amzn-errortype', known.name);
  const type = known.status < 500 ? 'User' : 'Service';
  // Lambda's exceptions have `message` or `Message`, each its own; clients read the one that they know.
  answerJson(response, known.status, { Type: type, message: known.message, Message: known.message });
}

function route(core: Core, request: IncomingMessage, body: string): unknown {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const [, arn, action] = EXECUTIONS.exec(url.pathname) ?? [];
  if (arn !== undefined) return onExecution(core, `${request.method} ${action ?? ''}`, decode(arn), url, body);
  const [, callback, reply] = CALLBACKS.exec(url.pathname) ?? [];
  if (callback !== undefined) return onCallback(core, `${request.method} ${reply ?? ''}`, decode(callback), body);
  throw notImitated(request.method, url.pathname);
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw invalid(`${segment} is not URL-encoded.`);
  }
}

function notImitated(method: string | undefined, path: string): Refusal {
  return invalid(
    `${method} ${path} is not imitated by the local cloud: of durable executions it knows checkpoint, state, get, stop and callbacks.`,
  );
}

function onExecution(core: Core, call: string, arn: string, url: URL, body: string): unknown {
  const query = url.searchParams;
  switch (call) {
    case 'POST checkpoint': {
      const input = readObject(body);
      const updates = parseUpdates(input['Updates']);
      const [token, clientToken] = [asText(input['CheckpointToken']), asText(input['ClientToken'])];
      return checkpoint(core, running(core, arn, staleToken()), { token, clientToken, updates });
    }
    case 'GET state':
      return readState(core, running(core, arn, staleToken()), {
        token: query.get('CheckpointToken') ?? undefined,
        marker: query.get('Marker') ?? undefined,
        maxItems: Number(query.get('MaxItems') ?? 0) || undefined,
      });
    case 'POST stop': {
      const error = parseError(body === '' ? {} : readObject(body), 'Error') ?? {};
      core.finish(running(core, arn, invalid(`${arn} has ended already.`)), unsuccessful('STOPPED', error));
      return { StopTimestamp: core.clock.now() / 1000 };
    }
    case 'GET ':
      return describe(core, arn);
    default:
      throw notImitated(call.split(' ')[0], url.pathname);
  }
}

function onCallback(core: Core, call: string, id: string, body: string): unknown {
  const named = parseCallbackId(id);
  if (named === undefined) throw invalid('CallbackId is not one that was given out here.');
  const ended = new Refusal('CallbackTimeoutException', 'The execution that waited for this callback has ended.');
  const event = callbackEvent(call, core.clock.now(), named.operationId, body);
  core.record(running(core, named.arn, ended), event);
  return {};
}

function callbackEvent(call: string, at: number, operationId: string, body: string): ExecutionEvent {
  switch (call) {
    case 'POST succeed':
      return { kind: 'reply', at, operationId, reply: { result: body === '' ? undefined : body } };
    case 'POST fail':
      return { kind: 'reply', at, operationId, reply: { error: parseError(readObject(body || '{}'), 'Error') ?? {} } };
    case 'POST heartbeat':
      return { kind: 'heartbeat', at, operationId };
    default:
      throw invalid(`${call} is no way to answer a callback: succeed, fail or heartbeat.`);
  }
}

/** @param ended What is refused when the execution has ended already. */
function running(core: Core, arn: string, ended: Refusal): Execution {
  const execution = core.registry.running.get(arn);
  if (execution !== undefined) return execution;
  throw core.registry.finished(arn) === undefined
    ? new Refusal('ResourceNotFoundException', `There is no durable execution ${arn}.`)
    : ended;
}

function readObject(body: string): Record<string, unknown> {
  const value = parseJson(body);
  if (!isRecord(value)) throw invalid('The body of the request must be a JSON object.');
  return value;
}
