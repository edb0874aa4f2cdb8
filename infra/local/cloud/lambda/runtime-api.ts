import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerJson } from '../../http/answer.ts';
import { readBody } from '../../http/body.ts';
import { listen } from '../../http/server.ts';
import type { Listener } from '../../http/server.ts';

/** What one function process reports over the Runtime API. */
export interface RuntimeEvents {
  /** It waits for work: `response` stays open until there is some. */
  readonly onNext: (response: ServerResponse) => void;
  /** `body` is undefined when the answer was larger than Lambda takes. */
  readonly onAnswer: (requestId: string, body: string | undefined) => void;
  readonly onError: (requestId: string, body: string) => void;
  readonly onInitError: (body: string) => void;
}

/** A synchronous invocation may answer with 6 MB. */
const LARGEST_ANSWER = 6 * 1024 * 1024;
const REPORT = /^\/2018-06-01\/runtime\/invocation\/([^/]+)\/(response|error)$/;

/** Serves Lambda's Runtime API to one function process, on a port of its own: so it is known who is calling. */
export function serveRuntimeApi(events: RuntimeEvents): Promise<Listener> {
  const server = createServer((request, response) => {
    route(request, response, events).catch(() => response.destroy());
  });
  // The process keeps one connection open between invocations, however long they are apart.
  server.keepAliveTimeout = 0;
  return listen(server);
}

async function route(request: IncomingMessage, response: ServerResponse, events: RuntimeEvents): Promise<void> {
  const path = request.url ?? '';
  if (request.method === 'GET' && path === '/2018-06-01/runtime/invocation/next') {
    events.onNext(response);
    return;
  }
  const body = await readBody(request, LARGEST_ANSWER);
  const text = body === 'too large' ? undefined : body.toString('utf8');
  answerJson(response, 202, { status: 'OK' });
  const [, requestId, kind] = REPORT.exec(path) ?? [];
  if (requestId !== undefined && kind === 'response') events.onAnswer(requestId, text);
  if (requestId !== undefined && kind === 'error') events.onError(requestId, text ?? '');
  if (path === '/2018-06-01/runtime/init/error') events.onInitError(text ?? '');
}
