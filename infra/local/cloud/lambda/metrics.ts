import { pointOf } from '../services/metric-store.ts';
import type { MetricStore } from '../services/metric-store.ts';

/** What came of one invocation. */
export type Invoked =
  | { readonly kind: 'throttled' }
  | { readonly kind: 'answered' | 'failed'; readonly tookMs: number };

/** The metrics that Lambda itself emits: of a function, and of the alias it was invoked through. */
export class LambdaMetrics {
  readonly #store: MetricStore;
  readonly #now: () => number;

  /** @param now the local clock's time, in ms since 1970 */
  constructor(store: MetricStore, now: () => number) {
    this.#store = store;
    this.#now = now;
  }

  /** @param qualifier the version or alias that the caller named */
  invoked(functionName: string, qualifier: string | undefined, came: Invoked): void {
    if (came.kind === 'throttled') return this.#emit(functionName, qualifier, 'Throttles', 1);
    this.#emit(functionName, qualifier, 'Invocations', 1);
    this.#emit(functionName, qualifier, 'Errors', came.kind === 'failed' ? 1 : 0);
    this.#emit(functionName, qualifier, 'Duration', came.tookMs);
  }

  /** How old the last record of a batch was when its function was handed it, ms. */
  handed(functionName: string, iteratorAgeMs: number): void {
    this.#emit(functionName, undefined, 'IteratorAge', Math.max(0, iteratorAgeMs));
  }

  #emit(functionName: string, qualifier: string | undefined, name: string, value: number): void {
    const unit = name === 'Duration' || name === 'IteratorAge' ? 'Milliseconds' : 'Count';
    const metric = { namespace: 'AWS/Lambda', name, unit, at: this.#now() };
    this.#store.add(pointOf({ ...metric, dimensions: { FunctionName: functionName } }, value));
    if (qualifier === undefined) return;
    const dimensions = { FunctionName: functionName, Resource: `${functionName}:${qualifier}` };
    this.#store.add(pointOf({ ...metric, dimensions }, value));
  }
}
