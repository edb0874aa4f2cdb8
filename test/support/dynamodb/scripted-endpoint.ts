import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How the endpoint treats a request. */
export type Treatment = (request: IncomingMessage, response: ServerResponse, body: string) => void;

export interface ScriptedEndpoint {
  readonly url: string;
  /** Requests so far. */
  requests(): number;
  close(): Promise<void>;
}

/** A DynamoDB endpoint that fails as it is told to: what a local engine never does. */
export async function startScriptedEndpoint(treat: Treatment): Promise<ScriptedEndpoint> {
  let requests = 0;
  const server = createServer((request, response) => {
    requests += 1;
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => (body += chunk));
    request.on('end', () => treat(request, response, body));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests: () => requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Answers as DynamoDB answers. */
export function answerWith(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' });
  response.end(JSON.stringify(body));
}

/** Answers as DynamoDB answers an error. */
export function refusing(status: number, type: string): Treatment {
  return (_request, response) => {
    answerWith(response, status, {
      __type: `com.amazonaws.dynamodb.v20120810#${type}`,
      message: 'About ada@example.com.',
    });
  };
}
