import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { readBody } from '../../http/body.ts';
import { listen } from '../../http/server.ts';
import type { Listener, ListenOptions } from '../../http/server.ts';
import type { Gateway } from './gateway.ts';
import { parseRequest } from './request.ts';
import type { GatewayRequest } from './request.ts';
import { gatewayMessage, INTERNAL_SERVER_ERROR } from './response.ts';
import type { GatewayResponse } from './response.ts';

/** Routes of this machine's own, under the API's URL: they are asked first. */
export interface ControlRoutes {
  /** @returns Whether the request was for them, and is answered. */
  handle(request: IncomingMessage, response: ServerResponse): Promise<boolean>;
}

/** What answers the requests. */
export interface Serving {
  readonly gateway: Gateway;
  readonly controls: ControlRoutes;
}

export interface HttpApiServerOptions extends ListenOptions {
  readonly onProblem: (message: string) => void;
}

/** HTTP APIs take bodies up to 10 MB. */
const LARGEST_BODY = 10 * 1024 * 1024;
/** Where Node itself refuses; the gateway's own limit is below it. */
const NODE_HEADER_LIMIT = 64 * 1024;

/**
 * Serves one HTTP API on a port of its own.
 * @param serving Requests that come earlier wait for it.
 */
export function serveHttpApi(serving: Promise<Serving>, options: HttpApiServerOptions): Promise<Listener> {
  const server = createServer({ maxHeaderSize: NODE_HEADER_LIMIT }, (message, response) => {
    serve(message, response, serving).catch((error: unknown) => {
      options.onProblem(`${message.method} ${message.url}: ${String(error)}`);
      send(response, INTERNAL_SERVER_ERROR, undefined);
    });
  });
  return listen(server, options);
}

async function serve(message: IncomingMessage, response: ServerResponse, serving: Promise<Serving>): Promise<void> {
  const { gateway, controls } = await serving;
  if (await controls.handle(message, response)) return;
  const request = parseRequest(message);
  if (request === 400) send(response, gatewayMessage(400, 'Bad Request'), undefined);
  else if (request === 431) send(response, gatewayMessage(431, 'Request Header Fields Too Large'), undefined);
  else send(response, await gateway.handle(request, () => readBody(message, LARGEST_BODY)), request);
}

function send(response: ServerResponse, answer: GatewayResponse, request: GatewayRequest | undefined): void {
  if (response.destroyed || response.headersSent) return;
  // Set by the server itself, whatever the function says.
  const headers = Object.entries(answer.headers).filter(
    ([name]) => !['content-length', 'transfer-encoding', 'connection'].includes(name),
  );
  response.writeHead(answer.status, [
    ...headers.flat(),
    ...answer.cookies.flatMap((cookie) => ['set-cookie', cookie]),
    ...(request === undefined ? [] : ['apigw-requestid', request.requestId]),
    ...(answer.status === 204 || answer.status === 304 ? [] : ['content-length', String(answer.body.length)]),
  ]);
  response.end(answer.body);
}
