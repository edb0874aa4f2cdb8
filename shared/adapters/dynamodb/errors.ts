import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { StoreUnavailable } from '../../ports/user-store.ts';
import type { Attributes } from './attribute-value.ts';
import { fromNotation } from './attribute-value.ts';

/** What DynamoDB answers when the same call may succeed later; every answer of 500 and above means so too. */
const PASSING_ANSWERS = new Set([
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'ThrottlingException',
  'ThrottledException',
  'TransactionConflictException',
  'TransactionInProgressException',
  'ReplicatedWriteConflictException',
  'InternalServerError',
  'ServiceUnavailable',
  'LimitExceededException',
]);

/** What the SDK and Node call a connection that failed, a time limit that passed and a call that was given up. */
const PASSING_NAMES = new Set(['TimeoutError', 'AbortError', 'RequestTimeout', 'RequestTimeoutException']);
const PASSING_CODES = new Set([
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
]);

/**
 * Runs a call of the table. A failure that may pass becomes StoreUnavailable; missing rights, a missing table, a request that
 * DynamoDB does not accept and defects stay what they are: trying again cannot help, and nobody may take them for an outage.
 */
export async function callTable<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw isPassing(error) ? unavailable(error) : error;
  }
}

/** What came of a conditional write: `item` is what stood in its way, if anything did. */
export type ConditionalResult<T, Item = Attributes> =
  | { readonly met: true; readonly output: T }
  | { readonly met: false; readonly item: Item | undefined };

/** An item in DynamoDB's own notation, in which sets, bytes and long numbers stay what they are. */
export type RawItem = Readonly<Record<string, AttributeValue>>;

/** Runs a conditional write that asks for the old item on failure: a condition that is not met is a result, not an error. */
export async function callIfMet<T>(call: () => Promise<T>): Promise<ConditionalResult<T>> {
  const result = await callIfMetRaw(call);
  return result.met ? result : { met: false, item: result.item && fromNotation(result.item) };
}

/** As `callIfMet`, with the item as it came. */
export async function callIfMetRaw<T>(call: () => Promise<T>): Promise<ConditionalResult<T, RawItem>> {
  try {
    return { met: true, output: await callTable(call) };
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    return { met: false, item: error.Item };
  }
}

function isPassing(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  const { code, status } = factsOf(error);
  const named = PASSING_ANSWERS.has(error.name) || PASSING_NAMES.has(error.name);
  return named || (code !== undefined && PASSING_CODES.has(code)) || (status !== undefined && status >= 500);
}

/** Why a transaction was cancelled, when the same one may succeed later. */
export function isPassingReason(code: string | undefined): boolean {
  return code !== undefined && PASSING_REASONS.has(code);
}

const PASSING_REASONS = new Set(['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded']);

/** The message carries the failure's name only: an answer's own text may quote values. */
export function unavailable(error: Error): StoreUnavailable {
  const { code, status } = factsOf(error);
  const kind = [error.name, code, status].filter((part) => part !== undefined).join(' ');
  return new StoreUnavailable(`The table did not take the call (${kind}). It may succeed later.`, { cause: error });
}

function factsOf(error: Error): { code: string | undefined; status: number | undefined } {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  const metadata = '$metadata' in error ? error.$metadata : undefined;
  const status =
    typeof metadata === 'object' && metadata !== null && 'httpStatusCode' in metadata
      ? metadata.httpStatusCode
      : undefined;
  return { code, status: typeof status === 'number' ? status : undefined };
}
