import { ServiceException } from './answer.ts';

/** What the SDK tries again, too: throttling by whatever name, and connections that failed. */
const THROTTLING = new Set([
  'LimitExceededException',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'RequestThrottled',
  'RequestThrottledException',
  'ThrottledException',
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
  'TransactionInProgressException',
]);
const CONNECTION = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'EPIPE',
  'ETIMEDOUT',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
]);

/**
 * Whether the same call may succeed in a moment. One that was given up is not tried again, nor one whose answer names a time:
 * whoever waits here does not wait for whole seconds.
 */
export function isPassing(error: unknown): boolean {
  if (error instanceof ServiceException) {
    const { httpStatusCode } = error.$metadata;
    if (error.asksToWait) return false;
    return httpStatusCode >= 500 || httpStatusCode === 429 || THROTTLING.has(error.name);
  }
  if (!(error instanceof Error)) return false;
  return error.name === 'TimeoutError' || ('code' in error && CONNECTION.has(String(error.code)));
}
