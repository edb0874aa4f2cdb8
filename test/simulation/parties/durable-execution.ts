import type { DurableSteps, StepConfig } from '../../../functions/reconciler/durable-steps.ts';
import type { Party, Scheduler } from '../world/scheduler.ts';

export interface ExecutionOptions<T> {
  readonly scheduler: Scheduler;
  /** A process for the next invocation. */
  readonly party: (invocation: number) => Party;
  readonly run: (context: DurableSteps) => Promise<T>;
  readonly count: (what: string) => void;
  /** Told when the execution has ended; `stopped` where somebody has stopped it, or it never came to an end. */
  readonly ended: (outcome: { readonly answer: T } | { readonly error: unknown } | 'stopped') => void;
}

/** An execution needs fewer invocations than this, or never ends. */
const MOST_INVOCATIONS = 400;

type Kept = { readonly answer?: unknown } | { readonly error: string } | { readonly due: number };

/**
 * A durable execution as the service keeps one: what a step answered survives any process, through JSON; a wait and the pause
 * before another attempt end the invocation; a process that dies is followed by another, which begins the code anew.
 */
export class Execution<T> {
  readonly #options: ExecutionOptions<T>;
  readonly #kept = new Map<string, Kept>();
  readonly #attempts = new Map<string, number>();
  #invocations = 0;
  #party: Party | undefined;
  #hasEnded = false;

  constructor(options: ExecutionOptions<T>) {
    this.#options = options;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  start(): void {
    this.#invoke();
  }

  /** The process that is at work dies, if one is. */
  interrupt(): void {
    if (this.#party) this.#options.scheduler.kill(this.#party);
  }

  /** Somebody stops the execution for good. */
  stop(): void {
    this.#end('stopped');
    this.interrupt();
  }

  #invoke(): void {
    if (this.#hasEnded) return;
    const { scheduler, run } = this.#options;
    this.#invocations += 1;
    if (this.#invocations > MOST_INVOCATIONS) return this.#end('stopped');
    const party = this.#options.party(this.#invocations);
    this.#party = party;
    const context = this.#contextOf(party);
    void this.#await(
      party,
      scheduler.invoke(party, () => run(context)),
    );
  }

  async #await(party: Party, invoked: Promise<T | 'died'>): Promise<void> {
    try {
      const answer = await invoked;
      if (answer !== 'died') return this.#end({ answer });
      if (this.#party !== party || this.#hasEnded) return;
      this.#options.count('run interrupted');
      this.#resumeAfter(party.draws.between(200, 60_000));
    } catch (error) {
      this.#end({ error });
    }
  }

  #end(outcome: Parameters<ExecutionOptions<T>['ended']>[0]): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#options.ended(outcome);
  }

  #resumeAfter(ms: number): void {
    const { scheduler } = this.#options;
    this.#party = undefined;
    scheduler.at(scheduler.now + ms, () => this.#invoke());
  }

  #contextOf(party: Party): DurableSteps {
    return {
      step: (name, work, config) => this.#step(party, name, work, config),
      wait: (name, { seconds }) => this.#wait(party, name, seconds),
    };
  }

  async #step<A>(party: Party, name: string, work: () => Promise<A>, config: StepConfig = {}): Promise<A> {
    const kept = this.#kept.get(name);
    if (kept) return answerOf(kept) as A;
    let result: Kept;
    try {
      result = { answer: await work() };
    } catch (error) {
      const failure = error instanceof Error ? error : new Error(String(error), { cause: error });
      const attempt = (this.#attempts.get(name) ?? 0) + 1;
      this.#attempts.set(name, attempt);
      const decision = config.retryStrategy?.(failure, attempt);
      if (decision?.shouldRetry) return this.#suspend(party, (decision.delay?.seconds ?? 1) * 1_000);
      result = { error: failure.message };
    }
    const text = JSON.stringify(result);
    this.#kept.set(name, JSON.parse(text) as Kept);
    return answerOf(this.#kept.get(name)!) as A;
  }

  async #wait(party: Party, name: string, seconds: number): Promise<void> {
    const { now } = this.#options.scheduler;
    const kept = this.#kept.get(name);
    if (kept && 'due' in kept && kept.due <= now) return;
    const due = kept && 'due' in kept ? kept.due : now + seconds * 1_000;
    this.#kept.set(name, { due });
    return this.#suspend(party, due - now);
  }

  /** Ends this invocation on purpose. */
  #suspend(party: Party, ms: number): Promise<never> {
    if (this.#party === party) this.#resumeAfter(ms);
    this.#options.scheduler.kill(party);
    return new Promise(() => undefined);
  }
}

/** As the SDK does, it hands on the message of a failure and not the error. */
function answerOf(kept: Kept): unknown {
  if ('error' in kept) throw new Error(kept.error);
  return 'answer' in kept ? kept.answer : undefined;
}
