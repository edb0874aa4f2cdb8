import { randomUUID } from 'node:crypto';
import type { MetricStore } from './services/metric-store.ts';
import type { Stack } from './template/stack.ts';

/** A message that waits in a queue. */
export interface QueuedMessage {
  /** In ms since 1970. */
  readonly at: number;
  readonly body: unknown;
}

/** A message as somebody has received it. */
export interface ReceivedMessage extends QueuedMessage {
  readonly id: string;
  /** By which it is taken out or shown again. */
  readonly receipt: string;
}

interface KeptMessage extends ReceivedMessage {
  /** Whoever has received it is alone with it until then, wall clock, ms. */
  readonly hiddenUntil: number;
}

/** The most that are kept of one queue: the oldest go. */
const KEPT = 1_000;

/**
 * The template's queues, as far as something is put into them that was given up: nobody takes it out but a person. Their
 * lengths are metrics, as SQS has them.
 */
export class Queues {
  readonly #messages = new Map<string, KeptMessage[]>();
  readonly #arns = new Map<string, string>();

  constructor(stack: Stack, metrics: MetricStore) {
    for (const queue of stack.ofType('AWS::SQS::Queue')) {
      const arn = queue.attribute('Arn');
      const name = queue.attribute('QueueName');
      const messages: KeptMessage[] = [];
      this.#messages.set(name, messages);
      this.#arns.set(arn, name);
      metrics.addGauge({
        namespace: 'AWS/SQS',
        name: 'ApproximateNumberOfMessagesVisible',
        dimensions: { QueueName: name },
        read: () => messages.filter(isVisible).length,
      });
    }
  }

  /** Puts a message into a queue of the template; one that goes elsewhere is not kept. */
  send(arn: string | undefined, message: QueuedMessage): void {
    this.put(this.#arns.get(arn ?? '') ?? '', message);
  }

  /** The same, by the queue's name. @returns the message's id; undefined where there is no queue of that name */
  put(name: string, message: QueuedMessage): string | undefined {
    const messages = this.#messages.get(name);
    const id = randomUUID();
    messages?.push({ ...message, id, receipt: '', hiddenUntil: 0 });
    if (messages && messages.length > KEPT) messages.shift();
    return messages && id;
  }

  /** What waits, by the queue's name. */
  all(): Readonly<Record<string, readonly QueuedMessage[]>> {
    const shown = [...this.#messages].map(([name, messages]) => {
      return [name, messages.map(({ at, body }) => ({ at, body }))] as const;
    });
    return Object.fromEntries(shown);
  }

  /**
   * Hands messages to somebody who is then alone with them for a while, oldest first.
   * @returns undefined where there is no queue of that name
   */
  receive(name: string, most: number, hiddenMs: number): readonly ReceivedMessage[] | undefined {
    const taken = this.#messages.get(name)?.filter(isVisible).slice(0, most);
    return taken?.map((message) => {
      const received = { ...message, receipt: randomUUID(), hiddenUntil: Date.now() + hiddenMs };
      this.#change(name, message.id, () => received);
      return received;
    });
  }

  /** Takes out what somebody has received; nothing happens where it is not there any more. */
  remove(name: string, receipt: string): void {
    const messages = this.#messages.get(name) ?? [];
    const index = messages.findIndex((message) => message.receipt === receipt);
    if (index !== -1) messages.splice(index, 1);
  }

  /** Hides what somebody has received for so long from now on; 0 shows it again. */
  hide(name: string, receipt: string, hiddenMs: number): void {
    const found = this.#messages.get(name)?.find((message) => message.receipt === receipt);
    if (found) this.#change(name, found.id, (message) => ({ ...message, hiddenUntil: Date.now() + hiddenMs }));
  }

  /** Empties a queue. @returns whether there is one of that name */
  purge(name: string): boolean {
    const messages = this.#messages.get(name);
    messages?.splice(0);
    return messages !== undefined;
  }

  #change(name: string, id: string, change: (message: KeptMessage) => KeptMessage): void {
    const messages = this.#messages.get(name) ?? [];
    for (const [index, message] of messages.entries()) if (message.id === id) messages[index] = change(message);
  }
}

function isVisible({ hiddenUntil }: KeptMessage): boolean {
  return hiddenUntil <= Date.now();
}
