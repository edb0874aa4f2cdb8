import { createHash, randomUUID } from 'node:crypto';

import type { Beginning, Execution } from './execution.ts';
import type { DurableOutcome } from './outcome.ts';
import { invalid, Refusal } from './refusal.ts';

/** Executions that have ended are remembered for whoever asks, the newest of them only. */
const MAX_FINISHED = 100;

/** What is remembered of an execution that has ended. */
interface Finished {
  readonly beginning: Omit<Beginning, 'input'>;
  readonly inputDigest: string;
  readonly outcome: DurableOutcome;
  readonly endedAt: number;
}

export interface Registry {
  /** The executions in flight. */
  readonly running: ReadonlyMap<string, Execution>;
  add(execution: Execution): void;
  /** Moves an execution from those in flight to those that have ended. */
  retire(execution: Execution, outcome: DurableOutcome, endedAt: number): void;
  finished(arn: string): Finished | undefined;
  /**
   * Starting an execution under a name that was used before for this function leads to the one that has it.
   * @returns Its outcome, when there is one.
   * @throws Refusal when that one has another payload.
   */
  sameName(functionArn: string, name: string, input: string): Promise<DurableOutcome> | undefined;
}

export function createRegistry(): Registry {
  const running = new Map<string, Execution>();
  const finished = new Map<string, Finished>();
  const isNamed = (beginning: Omit<Beginning, 'input'>, functionArn: string, name: string): boolean =>
    beginning.functionArn === functionArn && beginning.name === name;
  return {
    running,
    add: (execution) => void running.set(execution.beginning.arn, execution),
    retire(execution, outcome, endedAt) {
      const { input, ...beginning } = execution.beginning;
      running.delete(beginning.arn);
      finished.set(beginning.arn, { beginning, inputDigest: digest(input), outcome, endedAt });
      const oldest = finished.keys().next();
      if (finished.size > MAX_FINISHED && oldest.done !== true) finished.delete(oldest.value);
    },
    finished: (arn) => finished.get(arn),
    sameName(functionArn, name, input) {
      const runs = [...running.values()].find((one) => isNamed(one.beginning, functionArn, name));
      if (runs !== undefined) {
        requireSameInput(digest(runs.beginning.input), input, name);
        return runs.over.promise;
      }
      const ended = [...finished.values()].find((one) => isNamed(one.beginning, functionArn, name));
      if (ended === undefined) return undefined;
      requireSameInput(ended.inputDigest, input, name);
      return Promise.resolve(ended.outcome);
    },
  };
}

function digest(input: string): string {
  return createHash('sha256').update(input).digest('hex');
}

function requireSameInput(known: string, input: string, name: string): void {
  if (known === digest(input)) return;
  throw new Refusal(
    'DurableExecutionAlreadyStartedException',
    `A durable execution named ${name} was started before with another payload. Choose another name.`,
  );
}

/**
 * The ARN of a new execution. Lambda resolves an alias to its version; here an alias reads as `$LATEST`.
 * @throws Refusal when the name is not one that Lambda takes.
 */
export function executionArn(functionArn: string, name: string): string {
  if (!/^[a-zA-Z0-9_-]{1,64}$/.test(name)) {
    throw invalid(`The name of a durable execution has 1 to 64 characters of a-zA-Z0-9-_: "${name}" is none.`);
  }
  const parts = functionArn.split(':');
  const qualifier = parts[7] !== undefined && /^\d+$/.test(parts[7]) ? parts[7] : '$LATEST';
  return `${parts.slice(0, 7).join(':')}:${qualifier}/durable-execution/${name}/${randomUUID()}`;
}
