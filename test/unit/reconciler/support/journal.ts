import type { DurableSteps, StepConfig } from '../../../../functions/reconciler/durable-steps.ts';

/**
 * A durable execution in memory. What a step answers goes through JSON, as the service keeps it, and a second execution over
 * the same journal replays it. A process that dies just stops: what it was doing is neither finished nor recorded.
 */
export class Journal implements DurableSteps {
  readonly steps: string[] = [];
  readonly waits: { readonly name: string; readonly seconds: number }[] = [];
  /** What was waited before a step was tried again. */
  readonly retries: { readonly name: string; readonly seconds: number | undefined }[] = [];
  /** Names of the operations of this execution in order, replayed ones too. */
  operations: string[] = [];
  /** The process dies when this step has done its work, before its answer is recorded. */
  dieAfter: string | undefined;
  readonly #answers = new Map<string, string>();
  #died = (): void => undefined;

  /** Resolves with what the execution answers, or with `died`. */
  async execute<T>(run: (context: DurableSteps) => Promise<T>): Promise<T | 'died'> {
    this.operations = [];
    const death = new Promise<'died'>((resolve) => {
      this.#died = () => resolve('died');
    });
    return Promise.race([run(this), death]);
  }

  async step<T>(name: string, work: () => Promise<T>, config: StepConfig = {}): Promise<T> {
    this.operations.push(name);
    const recorded = this.#answers.get(name);
    if (recorded !== undefined) return (JSON.parse(recorded) as { answer: T }).answer;
    const answer = await this.#attempt(name, work, config);
    if (this.dieAfter === name) {
      this.dieAfter = undefined;
      this.#died();
      return new Promise<never>(() => undefined);
    }
    this.steps.push(name);
    const text = JSON.stringify({ answer });
    this.#answers.set(name, text);
    return (JSON.parse(text) as { answer: T }).answer;
  }

  async wait(name: string, { seconds }: { seconds: number }): Promise<void> {
    this.operations.push(name);
    if (this.#answers.has(name)) return;
    this.#answers.set(name, '{}');
    this.waits.push({ name, seconds });
    await Promise.resolve();
  }

  async #attempt<T>(name: string, work: () => Promise<T>, { retryStrategy }: StepConfig): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await work();
      } catch (error) {
        const failure = error instanceof Error ? error : new Error(String(error), { cause: error });
        // The SDK hands on the message, not the error.
        const handedOn = new Error(failure.message, { cause: error });
        const decision = retryStrategy?.(failure, attempt);
        if (decision?.shouldRetry !== true) throw handedOn;
        this.retries.push({ name, seconds: decision.delay?.seconds });
      }
    }
  }
}
