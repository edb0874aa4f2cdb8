import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { DurableService } from '../../durable/index.ts';
import { listen } from '../../http/server.ts';
import type { Listener } from '../../http/server.ts';
import { answerQuery, isQuery } from './cloudformation.ts';
import type { CloudFormationApi } from './cloudformation.ts';
import { answerConfiguration, answerInvoke, describedFunction, invokedFunction } from './lambda.ts';
import type { LambdaApi } from './lambda.ts';
import { answerError, answerOperation, ServiceError } from './protocol.ts';
import type { Operation } from './protocol.ts';

export interface ServicesOptions {
  /** Operations by the name before the dot in `X-Amz-Target`. */
  readonly targets: ReadonlyMap<string, ReadonlyMap<string, Operation>>;
  /** Given once it exists: functions are told this endpoint before any of them runs. */
  readonly lambda: () => LambdaApi;
  readonly cloudFormation: CloudFormationApi;
  readonly durable: () => DurableService;
  readonly host?: string;
}

/** Serves the AWS services that functions call, but for the tables, at one endpoint. */
export function serveServices(options: ServicesOptions): Promise<Listener> {
  const server = createServer((request, response) => {
    route(request, response, options).catch((error: unknown) => answerError(request, response, error));
  });
  return listen(server, options.host === undefined ? {} : { host: options.host });
}

async function route(request: IncomingMessage, response: ServerResponse, options: ServicesOptions): Promise<void> {
  const { pathname } = new URL(request.url ?? '/', 'http://local');
  if (options.durable().handles(request.method ?? '', pathname)) return options.durable().handle(request, response);
  const functionName = invokedFunction(request);
  if (functionName !== undefined) return answerInvoke(functionName, request, response, options.lambda());
  const described = describedFunction(request);
  if (described !== undefined) return answerConfiguration(described, response, options.lambda());
  if (isQuery(request)) return answerQuery(request, response, options.cloudFormation);
  const operation = operationOf(request, options);
  if (operation !== undefined) return answerOperation(request, response, operation);
  const asked = request.headers['x-amz-target'] ?? `${request.method} ${pathname}`;
  throw new ServiceError('UnknownOperationException', `The local cloud does not imitate ${String(asked)}.`, 501);
}

function operationOf(request: IncomingMessage, options: ServicesOptions): Operation | undefined {
  const [service = '', name = ''] = String(request.headers['x-amz-target'] ?? '').split('.');
  return options.targets.get(service)?.get(name);
}
