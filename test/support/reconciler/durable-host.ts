import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { createLocalClock } from '../../../infra/local/clock.ts';
import { startDurableService } from '../../../infra/local/durable/index.ts';
import type { DurableOutcome } from '../../../infra/local/durable/index.ts';
import { listen } from '../../../infra/local/http/server.ts';
import type { InvocationResult } from '../../../infra/local/invocation.ts';

/** What a function has told the durable service about one of its steps or waits. */
export interface StepUpdate {
  readonly name: string;
  readonly action: 'START' | 'SUCCEED' | 'FAIL' | 'RETRY' | 'CANCEL';
}

/** The local durable service behind an address of its own, as a function's Lambda client finds it, and all that it is told. */
export interface DurableHost {
  /** For `AWS_ENDPOINT_URL_LAMBDA`. */
  readonly url: string;
  /** Of all executions, in order. */
  readonly updates: readonly StepUpdate[];
  /** Invokes the function once. */
  invoke: (event: unknown) => Promise<InvocationResult>;
  /** Starts an execution. Resolves when it has ended, however it ended. */
  execute(payload: object): Promise<DurableOutcome>;
  close(): Promise<void>;
}

const ERROR_TYPE = 'x-amzn-errortype';
const FUNCTION_ARN = 'arn:aws:lambda:us-east-1:000000000000:function:reconciler:1';

/** @param waitScale 1: a wait of a minute lasts a minute; 0.01: a hundred times faster */
export async function startDurableHost(waitScale: number): Promise<DurableHost> {
  const updates: StepUpdate[] = [];
  const service = await startDurableService({
    clock: createLocalClock(),
    waitScale,
    invoke: (_arn, event) => host.invoke(event),
  });
  const inner = await listen(createServer((request, response) => void service.handle(request, response)));
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { status, errorType, body } = await hearAndPass(request, inner.url, updates);
    const headers = { 'content-type': 'application/json', ...(errorType !== null && { [ERROR_TYPE]: errorType }) };
    response.writeHead(status, headers).end(body);
  };
  const outer = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  const listener = await listen(outer);
  const host: DurableHost = {
    url: listener.url,
    updates,
    invoke: () => Promise.reject(new Error('No function is there to be invoked.')),
    execute: (payload) => service.start(FUNCTION_ARN, payload),
    async close() {
      await service.close();
      await listener.close();
      await inner.close();
    },
  };
  return host;
}

interface Passed {
  readonly status: number;
  readonly errorType: string | null;
  readonly body: string;
}

async function hearAndPass(request: IncomingMessage, url: string, updates: StepUpdate[]): Promise<Passed> {
  const body = await text(request);
  const { Updates = [] } = JSON.parse(body === '' ? '{}' : body) as {
    Updates?: readonly { readonly Name?: string; readonly Action: StepUpdate['action'] }[];
  };
  for (const { Name, Action } of Updates) if (Name !== undefined) updates.push({ name: Name, action: Action });
  const { method = 'GET' } = request;
  const answer = await fetch(url + (request.url ?? '/'), { method, ...(method === 'GET' ? {} : { body }) });
  return { status: answer.status, errorType: answer.headers.get(ERROR_TYPE), body: await answer.text() };
}
