import type { MetricStore } from './services/metric-store.ts';
import type { Stack } from './template/stack.ts';

/** A message that waits in a queue. */
export interface QueuedMessage {
  /** In ms since 1970. */
  readonly at: number;
  readonly body: unknown;
}

/** The most that are kept of one queue: the oldest go. */
const KEPT = 1_000;

/**
 * The template's queues, as far as something is put into them that was given up: nobody takes it out but a person. Their
 * lengths are metrics, as SQS has them.
 */
export class Queues {
  readonly #messages = new Map<string, QueuedMessage[]>();
  readonly #arns = new Map<string, string>();

  constructor(stack: Stack, metrics: MetricStore) {
    for (const queue of stack.ofType('AWS::SQS::Queue')) {
      const arn = queue.attribute('Arn');
      const name = queue.attribute('QueueName');
      const messages: QueuedMessage[] = [];
      this.#messages.set(name, messages);
      this.#arns.set(arn, name);
      metrics.addGauge({
        namespace: 'AWS/SQS',
        name: 'ApproximateNumberOfMessagesVisible',
        dimensions: { QueueName: name },
        read: () => messages.length,
      });
    }
  }

  /** Puts a message into a queue of the template; one that goes elsewhere is not kept. */
  send(arn: string | undefined, message: QueuedMessage): void {
    const messages = this.#messages.get(this.#arns.get(arn ?? '') ?? '');
    messages?.push(message);
    if (messages && messages.length > KEPT) messages.shift();
  }

  /** What waits, by the queue's name. */
  all(): Readonly<Record<string, readonly QueuedMessage[]>> {
    return Object.fromEntries(this.#messages);
  }

  /** Empties a queue. @returns whether there is one of that name */
  purge(name: string): boolean {
    const messages = this.#messages.get(name);
    messages?.splice(0);
    return messages !== undefined;
  }
}
