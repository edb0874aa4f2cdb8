import type { InvocationResult } from '../../invocation.ts';
import { asRecord, asText, parseJson, texts } from '../json.ts';

type Failure = Extract<InvocationResult, { ok: false }>;

/** Lambda itself refuses a call: no function ran. `status` and `code` are those of Lambda's API. */
export class LambdaRefusal extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.name = code;
    this.status = status;
    this.code = code;
  }
}

export function throttled(): LambdaRefusal {
  return new LambdaRefusal(429, 'TooManyRequestsException', 'Rate Exceeded.');
}

export function functionNotFound(nameOrArn: string): LambdaRefusal {
  return new LambdaRefusal(404, 'ResourceNotFoundException', `Function not found: ${nameOrArn}`);
}

export function unqualifiedDurable(): LambdaRefusal {
  const message = 'You cannot invoke a durable function using an unqualified ARN: name a version or an alias.';
  return new LambdaRefusal(400, 'InvalidParameterValueException', message);
}

function failure(errorType: string, errorMessage: string): Failure {
  return { ok: false, error: { errorType, errorMessage } };
}

export function timeoutError(requestId: string, seconds: number): Failure {
  return failure(
    'Sandbox.Timedout',
    `RequestId: ${requestId} Error: Task timed out after ${seconds.toFixed(2)} seconds`,
  );
}

export function initTimeoutError(milliseconds: number): Failure {
  const seconds = (milliseconds / 1000).toFixed(2);
  return failure('Sandbox.Timedout', `The function did not initialise within ${seconds} seconds`);
}

export function exitError(code: number): Failure {
  const how = code > 128 ? `signal: ${code - 128}` : `exit status ${code}`;
  return failure('Runtime.ExitError', `Runtime exited with error: ${how}`);
}

export function tooLargeError(): Failure {
  return failure(
    'Function.ResponseSizeTooLarge',
    'Response payload size exceeded maximum allowed payload size (6291556 bytes).',
  );
}

export function refusedError(refusal: LambdaRefusal): Failure {
  return failure(refusal.code, refusal.message);
}

/** An error as a function's runtime reports it. */
export function parseError(body: string): Failure {
  const report = asRecord(parseJson(body));
  const stackTrace = texts(report['stackTrace']);
  const errorType = asText(report['errorType']) ?? 'Error';
  const errorMessage = asText(report['errorMessage']) ?? '';
  return { ok: false, error: { errorType, errorMessage, ...(stackTrace.length > 0 ? { stackTrace } : {}) } };
}
