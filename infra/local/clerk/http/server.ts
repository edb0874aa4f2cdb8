import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { readJsonBody } from './body.ts';
import { HttpProblem, controlProblem } from './problem.ts';
import { matchRoute } from './router.ts';
import type { ApiAnswer, ApiRequest, Route, RouteMatch } from './router.ts';

/** A group of routes with one way of admitting and of refusing requests. */
export interface Surface {
  /** Paths that begin with it belong to this surface; the first surface that fits answers. */
  readonly prefix: string;
  readonly routes: readonly Route[];
  /** Runs before the body is read: authentication, limits, faults. Throws an {@link HttpProblem} to refuse. */
  admit(request: IncomingMessage): void | Promise<void>;
  /** Runs when the request has been handled, before it is answered. Throws {@link ConnectionLost} for an answer that is lost. */
  release?(): void;
  notFound(method: string, path: string): HttpProblem;
  invalidBody(reason: string): HttpProblem;
  bodyTooLarge(limit: number): HttpProblem;
}

/** Thrown by a surface whose fault is to answer nothing: the connection is reset. */
export class ConnectionLost extends Error {}

export interface HttpServer {
  /** Without a trailing slash. */
  readonly url: string;
  /** Ends every connection, also those in the middle of a request. */
  close(): Promise<void>;
}

const BODY_LIMIT = 1024 * 1024;

/**
 * Serves the surfaces on one port.
 * @param port 0 for a free one.
 * @throws When the port is taken; the message names it.
 */
export async function startHttpServer(surfaces: readonly Surface[], host: string, port: number): Promise<HttpServer> {
  const server = createServer((request, response) => {
    void serve(surfaces, request, response);
  });
  const bound = await listen(server, host, port);
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(listenError(error, host, port)));
    server.listen(port, host, () => {
      const address = server.address();
      resolve(address !== null && typeof address === 'object' ? address.port : port);
    });
  });
}

function listenError(error: Error, host: string, port: number): Error {
  const code = 'code' in error ? error.code : undefined;
  const reason = {
    EADDRINUSE: 'it is taken. Stop what listens there, or choose another port (0 takes a free one).',
    EACCES: 'this user may not listen there. Choose a port above 1023 (0 takes a free one).',
  }[String(code)];
  const text = `The stand-in for Clerk cannot listen on port ${port} of ${host}: ${reason ?? error.message}`;
  return new Error(text, { cause: error });
}

async function serve(surfaces: readonly Surface[], request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    write(response, await answer(surfaces, request));
  } catch (error) {
    if (error instanceof ConnectionLost) request.socket.resetAndDestroy();
    else if (!request.destroyed || !response.headersSent) write(response, refusal(error));
  }
}

async function answer(surfaces: readonly Surface[], request: IncomingMessage): Promise<ApiAnswer> {
  const method = request.method ?? 'GET';
  const url = new URL(`http://stand-in${request.url ?? '/'}`);
  const surface = surfaces.find(({ prefix }) => url.pathname.startsWith(prefix));
  if (surface === undefined) throw controlProblem(404, 'not_found', `There is no ${method} ${url.pathname} here.`);
  await surface.admit(request);
  const match = matchRoute(surface.routes, method, url.pathname);
  if (match === undefined) throw surface.notFound(method, url.pathname);
  const answered = await match.route.handle(await parse(surface, match, request, url));
  surface.release?.();
  return answered;
}

async function parse(surface: Surface, match: RouteMatch, request: IncomingMessage, url: URL): Promise<ApiRequest> {
  const limit = match.route.bodyLimit ?? BODY_LIMIT;
  const result = await readJsonBody(request, limit);
  if ('fault' in result) {
    throw result.fault.kind === 'too-large' ? surface.bodyTooLarge(limit) : surface.invalidBody(result.fault.reason);
  }
  return {
    method: match.route.method,
    path: url.pathname,
    parameters: match.parameters,
    query: url.searchParams,
    body: result.body,
    headers: request.headers,
    clientIp: request.socket.remoteAddress ?? '',
  };
}

function refusal(error: unknown): ApiAnswer {
  if (error instanceof HttpProblem) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return { status: 500, body: { error: { code: 'stand_in_failed', message: `The stand-in failed: ${reason}` } } };
}

function write(response: ServerResponse, { status = 200, body, headers }: ApiAnswer): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    ...headers,
    // Exactly this: with a charset behind it, Clerk's own client hands back a string instead of an object.
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(text),
    // The rest of a refused body would be read as the next request.
    ...(status === 413 ? { Connection: 'close' } : {}),
  });
  response.end(text);
}
