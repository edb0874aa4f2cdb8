import type { Scheduler } from '../world/scheduler.ts';

export interface Violation {
  readonly invariant: string;
  readonly detail: string;
}

/** When every history begins: 2026-03-01, at no whole second. */
export const BEGIN = Date.UTC(2026, 2, 1, 9, 0, 0, 123);

/** What is broken when something throws that nobody expects. */
export const NO_DEFECT = 'no-defect';

/** What is told of a history: line by line, how often each thing happened, and which promises were broken. */
export class Chronicle {
  readonly story: string[] = [];
  readonly coverage = new Map<string, number>();
  readonly violations: Violation[] = [];
  readonly #scheduler: Scheduler;
  #events = 0;

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  /** The length of the history: acts, deliveries and requests. */
  get events(): number {
    return this.#events;
  }

  get isBroken(): boolean {
    return this.violations.length > 0;
  }

  event(): void {
    this.#events += 1;
  }

  /** Counts something that happened. */
  count(what: string): void {
    this.coverage.set(what, (this.coverage.get(what) ?? 0) + 1);
  }

  tell(who: string, what: string): void {
    this.story.push(`${timeOf(this.#scheduler.now)} ${who}: ${what}`);
  }

  /** A promise is broken: the history ends here. */
  broken(invariant: string, detail: string): void {
    this.violations.push({ invariant, detail });
    this.tell('BROKEN', `${invariant}: ${detail}`);
    this.#scheduler.halt();
  }

  /** Lets something go on by itself. Whatever it throws is a defect, in the functions or in the world. */
  keep(work: Promise<unknown>): void {
    work.catch((error: unknown) => {
      const { name, stack = '' } = error instanceof Error ? error : new Error(String(error));
      this.broken(NO_DEFECT, `${name}\n${stack}`);
    });
  }
}

/** Time since the beginning, as `d hh:mm:ss.mmm`. */
function timeOf(now: number): string {
  const ms = now - BEGIN;
  return `${Math.floor(ms / 86_400_000)}d ${new Date(ms).toISOString().slice(11, 23)}`;
}
