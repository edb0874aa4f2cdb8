import { createServer } from 'node:http';

import { vi } from 'vitest';

import { createLocalClock } from '../../../infra/local/clock.ts';
import type { LocalClock } from '../../../infra/local/clock.ts';
import { startDurableService } from '../../../infra/local/durable/index.ts';
import type { DurableService, DurableServiceOptions } from '../../../infra/local/durable/index.ts';
import { listen } from '../../../infra/local/http/server.ts';
import type { InvocationResult } from '../../../infra/local/invocation.ts';

/** What a durable function is invoked with. */
export interface DurableEvent {
  DurableExecutionArn: string;
  CheckpointToken: string;
  InitialExecutionState: {
    Operations: { Id: string; Type: string; Name?: string; Status: string; StartTimestamp: string }[];
    NextMarker: string;
  };
  UpdatedOperationIds: string[];
}

export type Invoke = (functionArn: string, event: DurableEvent) => Promise<InvocationResult>;

export interface Host {
  readonly url: string;
  /** The clock of the service that was started last. */
  readonly clock: LocalClock;
  /** Starts a service, to which requests go from now on. */
  start(invoke: Invoke, options?: Partial<DurableServiceOptions>): Promise<DurableService>;
  post(path: string, body?: unknown): Promise<Answer>;
  get(path: string): Promise<Answer>;
  close(): Promise<void>;
}

export interface Answer {
  status: number;
  errorType: string | null;
  body: Record<string, unknown>;
}

export const FUNCTION_ARN = 'arn:aws:lambda:us-east-1:000000000000:function:worker:1';

/**
 * A Lambda endpoint on a free port that knows durable executions and nothing else. The SDK finds it as it finds any: its
 * client is made once for the whole process, so a test file has one host and starts services behind it.
 */
export async function startHost(): Promise<Host> {
  let service: DurableService | undefined;
  let clock = createLocalClock();
  const server = createServer((request, response) => {
    const path = request.url ?? '/';
    if (service?.handles(request.method ?? 'GET', path) === true) return void service.handle(request, response);
    response.writeHead(404).end();
  });
  const listener = await listen(server);
  process.env['AWS_ENDPOINT_URL_LAMBDA'] = listener.url;
  process.env['AWS_REGION'] = 'us-east-1';
  process.env['AWS_ACCESS_KEY_ID'] = 'local';
  process.env['AWS_SECRET_ACCESS_KEY'] = 'local';
  return {
    url: listener.url,
    get clock() {
      return clock;
    },
    async start(invoke, options = {}) {
      await service?.close();
      clock = options.clock ?? createLocalClock();
      service = await startDurableService({
        clock,
        waitScale: 0.1,
        // What a process would be given: JSON, and nothing that JSON cannot carry.
        invoke: (arn, payload) => invoke(arn, JSON.parse(JSON.stringify(payload)) as DurableEvent),
        ...options,
      });
      return service;
    },
    post: (path, body) => call(`${listener.url}${path}`, { method: 'POST', body: JSON.stringify(body ?? {}) }),
    get: (path) => call(`${listener.url}${path}`, {}),
    async close() {
      await service?.close();
      await listener.close();
    },
  };
}

async function call(url: string, init: RequestInit): Promise<Answer> {
  const response = await fetch(url, init);
  const body = (await response.json()) as Record<string, unknown>;
  return { status: response.status, errorType: response.headers.get('x-amzn-errortype'), body };
}

export function executionPath(arn: string, action = ''): string {
  return `/2025-12-01/durable-executions/${encodeURIComponent(arn)}${action === '' ? '' : `/${action}`}`;
}

export function callbackPath(id: string, action: string): string {
  return `/2025-12-01/durable-execution-callbacks/${encodeURIComponent(id)}/${action}`;
}

export const HOUR_MS = 3_600_000;

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Waits for what a busy machine may take its time with. */
export function eventually<T>(check: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(check, { timeout: 15_000, interval: 20 });
}

/** Lets hours pass until something has happened. */
export async function passTime<T>(clock: LocalClock, until: Promise<T>): Promise<T> {
  const happened = until.then(
    () => true,
    () => true,
  );
  while (!(await Promise.race([happened, pause(20).then(() => false)]))) clock.advance(HOUR_MS);
  return until;
}
