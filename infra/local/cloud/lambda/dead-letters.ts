import type { Observer } from '../observer.ts';
import type { Queues } from '../queues.ts';
import type { Functions } from './functions.ts';

/**
 * Where an asynchronous invocation ends that failed. Lambda would repeat it twice, unless the function is durable: here it
 * ends at once.
 */
export class DeadLetters {
  readonly #functions: Functions;
  readonly #queues: Pick<Queues, 'send'>;
  readonly #observer: Pick<Observer, 'problem'>;

  constructor(functions: Functions, queues: Pick<Queues, 'send'>, observer: Pick<Observer, 'problem'>) {
    this.#functions = functions;
    this.#queues = queues;
    this.#observer = observer;
  }

  /** Puts the event into the function's own queue, if it has one, and says what went wrong. */
  failed(nameOrArn: string, payload: unknown, why: string): void {
    const { definition } = this.#functions.resolve(nameOrArn);
    this.#queues.send(definition.deadLetterArn, { at: Date.now(), body: payload });
    this.#observer.problem(`${definition.name}: ${why}`);
  }
}
