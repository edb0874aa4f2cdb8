import { parseJson } from '../cloud/json.ts';
import { abandon } from './execution.ts';
import type { Execution, Reply } from './execution.ts';
import type { ChainedInvokeOperation, Operation } from './operation.ts';
import type { Core } from './service.ts';

/**
 * Invokes the functions that a durable function asked for (`context.invoke`) and hands it their answers. After a restart
 * an invocation without an answer is made once more. A durable function cannot be called this way: it is invoked as it
 * is and says so itself.
 */
export function runChainedInvokes(core: Core, execution: Execution, changed: Iterable<Operation>): void {
  for (const operation of changed) {
    if (operation.type === 'CHAINED_INVOKE' && operation.status === 'STARTED') answer(core, execution, operation);
  }
}

function answer(core: Core, execution: Execution, operation: ChainedInvokeOperation): void {
  runOne(core, execution, operation).catch((error: unknown) => {
    abandon(execution, error instanceof Error ? error : new Error(String(error)));
  });
}

async function runOne(core: Core, execution: Execution, operation: ChainedInvokeOperation): Promise<void> {
  const reply = await askFunction(core, operation);
  const stillWaits = execution.operations.get(operation.id)?.status === 'STARTED';
  if (execution.stopped.signal.aborted || !stillWaits) return;
  core.record(execution, { kind: 'reply', at: core.clock.now(), operationId: operation.id, reply });
}

async function askFunction(core: Core, operation: ChainedInvokeOperation): Promise<Reply> {
  const payload = operation.payload === undefined ? {} : parseJson(operation.payload);
  try {
    const result = await core.invoke(operation.functionName, payload);
    if (result.ok) return { result: JSON.stringify(result.payload) };
    const { errorType, errorMessage, stackTrace } = result.error;
    return { error: { ErrorType: errorType, ErrorMessage: errorMessage, StackTrace: stackTrace } };
  } catch (error) {
    return {
      error: { ErrorType: 'InvokeFailed', ErrorMessage: error instanceof Error ? error.message : String(error) },
    };
  }
}
