import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { Webhook } from 'svix';

export interface ReceivedWebhook {
  readonly id: string;
  readonly headers: Record<string, string>;
  readonly raw: string;
  /** The envelope. */
  readonly event: {
    readonly type: string;
    readonly object: string;
    readonly timestamp: number;
    readonly instance_id: string;
    readonly event_attributes: unknown;
    readonly data: Record<string, unknown>;
  };
}

interface ReceiverAnswer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly afterMs?: number;
}

/** An endpoint for webhooks that keeps what it gets and answers what it is told. */
export interface WebhookReceiver {
  readonly url: string;
  readonly received: readonly ReceivedWebhook[];
  /** The answer from now on; a function may look at each webhook. */
  answerWith(answer: ReceiverAnswer | ((webhook: ReceivedWebhook) => ReceiverAnswer)): void;
  /** Waits until so many have arrived. */
  untilReceived(count: number): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export async function startWebhookReceiver(): Promise<WebhookReceiver> {
  const received: ReceivedWebhook[] = [];
  let answer: (webhook: ReceivedWebhook) => ReceiverAnswer = () => ({ status: 200 });
  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const webhook = await read(request);
    received.push(webhook);
    const { status, headers, afterMs } = answer(webhook);
    if (afterMs !== undefined) await sleep(afterMs);
    response.writeHead(status, headers).end();
  };
  const server = createServer((request, response) => {
    void take(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address() as { port: number };
  return {
    url: `http://127.0.0.1:${address.port}/hook`,
    received,
    answerWith: (next) => (answer = typeof next === 'function' ? next : () => next),
    untilReceived: (count) => until(() => received.length >= count, `${count} webhooks`),
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** On a busy machine a webhook takes its time, ms. */
const PATIENCE_MS = 20_000;

/** Polls until the condition holds. */
export async function until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (const deadline = Date.now() + PATIENCE_MS; Date.now() < deadline; await sleep(5)) {
    if (await condition()) return;
  }
  throw new Error(`Waited ${PATIENCE_MS / 1000} s in vain for ${what}.`);
}

/** @throws When the signature is not one of this secret. */
export function verifySignature(webhook: ReceivedWebhook, secret: string): void {
  new Webhook(secret).verify(webhook.raw, webhook.headers);
}

async function read(request: IncomingMessage): Promise<ReceivedWebhook> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const raw = Buffer.concat(chunks).toString('utf8');
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
  return { id: headers['svix-id'] ?? '', headers, raw, event: JSON.parse(raw) as ReceivedWebhook['event'] };
}
