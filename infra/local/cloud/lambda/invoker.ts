import type { DurableOutcome, DurableService } from '../../durable/index.ts';
import type { InvocationResult } from '../../invocation.ts';
import { LambdaRefusal, refusedError, unqualifiedDurable } from './errors.ts';
import type { Functions } from './functions.ts';

export interface InvokeOptions {
  /** Names a durable execution, so that a repeated call finds it. */
  readonly executionName?: string | undefined;
}

/** Invokes functions by name or ARN; a durable one as an execution, whose end is the answer. */
export class Invoker {
  readonly #functions: Functions;
  readonly #durable: DurableService;

  constructor(functions: Functions, durable: DurableService) {
    this.#functions = functions;
    this.#durable = durable;
  }

  /** @throws {LambdaRefusal} When Lambda would not run it. */
  async invoke(nameOrArn: string, payload: unknown, options: InvokeOptions = {}): Promise<InvocationResult> {
    const { definition, qualified, versionArn } = this.#functions.resolve(nameOrArn);
    if (definition.durable === undefined) return this.#functions.run(nameOrArn, payload);
    if (!qualified) throw unqualifiedDurable();
    const { executionTimeoutSeconds } = definition.durable;
    const outcome = await this.#durable.start(versionArn, payload, {
      ...(options.executionName === undefined ? {} : { name: options.executionName }),
      ...(executionTimeoutSeconds === undefined ? {} : { executionTimeoutSeconds }),
    });
    return resultOf(outcome);
  }
}

function resultOf(outcome: DurableOutcome): InvocationResult {
  if (outcome.status === 'SUCCEEDED') return { ok: true, payload: outcome.result };
  const { errorType, errorMessage } = outcome.error;
  return {
    ok: false,
    error: {
      errorType: errorType ?? outcome.status,
      errorMessage: errorMessage ?? `The execution ended as ${outcome.status}.`,
    },
  };
}

/** Turns Lambda's refusal to run a function into a result, for callers that know no other kind of error. */
export async function refusalAsResult(run: () => Promise<InvocationResult>): Promise<InvocationResult> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof LambdaRefusal) return refusedError(error);
    throw error;
  }
}
