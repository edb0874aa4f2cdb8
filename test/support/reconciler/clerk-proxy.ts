import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { listen } from '../../../infra/local/http/server.ts';

/** A request to Clerk's Backend API. */
export interface ClerkCall {
  /** From 1, of all that came through. */
  readonly number: number;
  /** From 1, of those of its kind. */
  readonly ofKind: number;
  /** `page`: one of the walk through all users; `byId`: a list of some. */
  readonly kind: 'page' | 'byId' | 'user' | 'count' | 'instance' | 'other';
  readonly cursor: string | undefined;
}

/** What Clerk has answered. */
export interface ClerkAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** What becomes of an answer on its way. */
export type Mishap = (response: ServerResponse, answer: ClerkAnswer) => void;

/** Stands between the reconciler and Clerk: hands everything on, until a test says what goes wrong. */
export interface ClerkProxy {
  readonly url: string;
  readonly calls: readonly ClerkCall[];
  /** Runs before a request is handed on, and before its answer is: the world changes meanwhile. */
  before: (call: ClerkCall) => Promise<void>;
  after: (call: ClerkCall) => Promise<void>;
  /** What goes wrong with this call; undefined: nothing. */
  mishapOf: (call: ClerkCall) => Mishap | undefined;
  close(): Promise<void>;
}

export async function startClerkProxy(clerkUrl: string): Promise<ClerkProxy> {
  const calls: ClerkCall[] = [];
  const server = createServer((request, response) => {
    const call = callOf(request, calls);
    calls.push(call);
    pass(request, response, call).catch(() => response.destroy());
  });
  const pass = async (request: IncomingMessage, response: ServerResponse, call: ClerkCall): Promise<void> => {
    await proxy.before(call);
    const answer = await askClerk(clerkUrl, request);
    await proxy.after(call);
    const mishap = proxy.mishapOf(call) ?? handOn;
    mishap(response, answer);
  };
  const listener = await listen(server);
  const proxy: ClerkProxy = {
    url: listener.url,
    calls,
    before: () => Promise.resolve(),
    after: () => Promise.resolve(),
    mishapOf: () => undefined,
    close: () => listener.close(),
  };
  return proxy;
}

function callOf({ method, url = '/' }: IncomingMessage, before: readonly ClerkCall[]): ClerkCall {
  const { pathname, searchParams } = new URL(url, 'http://clerk.test');
  const kind = method === 'GET' ? kindOf(pathname, searchParams) : 'other';
  const ofKind = before.filter((call) => call.kind === kind).length + 1;
  return { number: before.length + 1, ofKind, kind, cursor: searchParams.get('starting_after') ?? undefined };
}

function kindOf(path: string, query: URLSearchParams): ClerkCall['kind'] {
  if (path === '/v1/users') return query.has('user_id') ? 'byId' : 'page';
  if (path === '/v1/users/count') return 'count';
  if (path === '/v1/instance') return 'instance';
  return path.startsWith('/v1/users/') ? 'user' : 'other';
}

async function askClerk(clerkUrl: string, request: IncomingMessage): Promise<ClerkAnswer> {
  const body = await text(request);
  const names = ['authorization', 'clerk-api-version', 'content-type'];
  const headers = names.flatMap((name): [string, string][] => {
    const value = request.headers[name];
    return typeof value === 'string' ? [[name, value]] : [];
  });
  const { method = 'GET' } = request;
  const answer = await fetch(clerkUrl + (request.url ?? '/'), { method, headers, ...(body !== '' && { body }) });
  const contentType = answer.headers.get('content-type') ?? '';
  return { status: answer.status, contentType, body: await answer.text() };
}

const handOn: Mishap = (response, answer) => answerWith(response, answer);

/** Answers with its length, as Clerk does. */
export function answerWith(
  response: ServerResponse,
  { status, contentType, body }: ClerkAnswer,
  headers: Record<string, string> = {},
): void {
  const length = String(Buffer.byteLength(body));
  response.writeHead(status, { 'content-type': contentType, 'content-length': length, ...headers }).end(body);
}
