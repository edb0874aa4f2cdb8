import { isRecord, parseJson } from '../cloud/json.ts';
import type { InvocationResult } from '../invocation.ts';
import type { ErrorObject, OperationUpdate } from './update.ts';
import { parseError } from './update.ts';

/** How a durable execution ended. */
export type DurableOutcome =
  | { status: 'SUCCEEDED'; result: unknown }
  | { status: 'FAILED' | 'TIMED_OUT' | 'STOPPED'; error: { errorType?: string; errorMessage?: string } };

/** How an invocation of a durable function ended. */
export type InvocationEnd =
  | { readonly kind: 'ended'; readonly outcome: DurableOutcome }
  /** The function sleeps until something that it waits for has happened. */
  | { readonly kind: 'suspended' }
  /** It crashed, timed out, or gave up on this invocation. */
  | { readonly kind: 'broken'; readonly error: ErrorObject };

function succeeded(result: string | undefined): DurableOutcome {
  if (result === undefined || result === '') return { status: 'SUCCEEDED', result: undefined };
  // A function may bring its own serialisation: what is not JSON is handed on as it is.
  return { status: 'SUCCEEDED', result: parseJson(result) ?? (result === 'null' ? null : result) };
}

export function unsuccessful(status: 'FAILED' | 'TIMED_OUT' | 'STOPPED', error: ErrorObject): DurableOutcome {
  return {
    status,
    error: {
      ...(error.ErrorType === undefined ? {} : { errorType: error.ErrorType }),
      ...(error.ErrorMessage === undefined ? {} : { errorMessage: error.ErrorMessage }),
    },
  };
}

export function outcomeOfUpdate(update: OperationUpdate): DurableOutcome {
  return update.Action === 'SUCCEED' ? succeeded(update.Payload) : unsuccessful('FAILED', update.Error ?? {});
}

/** Reads what an invocation of a durable function came back with. */
export function readInvocation(result: InvocationResult): InvocationEnd {
  if (!result.ok) {
    const { errorType, errorMessage, stackTrace } = result.error;
    return { kind: 'broken', error: { ErrorType: errorType, ErrorMessage: errorMessage, StackTrace: stackTrace } };
  }
  const answer = isRecord(result.payload) ? result.payload : {};
  switch (answer['Status']) {
    case 'PENDING':
      return { kind: 'suspended' };
    case 'SUCCEEDED': {
      const text = answer['Result'];
      return { kind: 'ended', outcome: succeeded(typeof text === 'string' ? text : undefined) };
    }
    case 'FAILED':
      return { kind: 'ended', outcome: unsuccessful('FAILED', parseError(answer['Error'], 'Error') ?? {}) };
    default:
      return { kind: 'ended', outcome: NOT_DURABLE };
  }
}

const NOT_DURABLE = unsuccessful('FAILED', {
  ErrorType: 'InvalidParameterValueException',
  ErrorMessage:
    'The function did not answer as a durable function does (a Status of SUCCEEDED, FAILED or PENDING). ' +
    'Wrap its handler in withDurableExecution, or take DurableConfig off the function.',
});
