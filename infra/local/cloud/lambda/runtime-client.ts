import type { IncomingMessage } from 'node:http';

/** One invocation as the Runtime API hands it out. */
export interface Invocation {
  readonly requestId: string;
  readonly deadlineMs: number;
  readonly functionArn: string;
  readonly traceId: string;
  readonly body: string;
}

/** The function's side of Lambda's Runtime API. */
export interface RuntimeClient {
  /** Waits for the next invocation. */
  next(): Promise<Invocation>;
  respond(requestId: string, body: string): Promise<void>;
  fail(requestId: string, error: unknown): Promise<void>;
  failInit(error: unknown): Promise<void>;
}

// An `import` of node:http loads all of undici into every function's cold start; this does not.
const http = process.getBuiltinModule('node:http');

/** @param authority Host and port, as `AWS_LAMBDA_RUNTIME_API` has them. */
export function connectToRuntimeApi(authority: string): RuntimeClient {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const call = (method: string, path: string, body?: string): Promise<Reply> =>
    exchange({ agent, url: `http://${authority}/2018-06-01/runtime/${path}`, method, body });
  const post = async (path: string, body: string): Promise<void> => {
    await call('POST', path, body);
  };
  return {
    next: async () => toInvocation(await call('GET', 'invocation/next')),
    respond: (requestId, body) => post(`invocation/${requestId}/response`, body),
    fail: (requestId, error) => post(`invocation/${requestId}/error`, JSON.stringify(error)),
    failInit: (error) => post('init/error', JSON.stringify(error)),
  };
}

interface Exchange {
  readonly agent: InstanceType<typeof http.Agent>;
  readonly url: string;
  readonly method: string;
  readonly body: string | undefined;
}

interface Reply {
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

function exchange({ agent, url, method, body }: Exchange): Promise<Reply> {
  return new Promise((resolve) => {
    const request = http.request(url, { agent, method }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', leave);
      response.on('end', () => resolve({ headers: response.headers, body: Buffer.concat(chunks).toString('utf8') }));
    });
    request.on('error', leave);
    request.end(body);
  });
}

/** Without its Runtime API a function has nobody to work for. */
function leave(): never {
  process.exit(0);
}

function toInvocation(reply: Reply): Invocation {
  const header = (name: string): string => String(reply.headers[`lambda-runtime-${name}`] ?? '');
  return {
    requestId: header('aws-request-id'),
    deadlineMs: Number(header('deadline-ms')),
    functionArn: header('invoked-function-arn'),
    traceId: header('trace-id'),
    body: reply.body,
  };
}
