/**
 * Limits of one durable execution. AWS cannot raise the first two, so they hold here too: what passes on a laptop must
 * not fail after the deploy. Source: "Lambda quotas" and "How durable operations are metered" in the Lambda developer
 * guide; sizes of payloads from the API model of `@aws-sdk/client-lambda`.
 */

/**
 * Operations beside the execution itself. Every operation counts once, every retry of a step, every poll of a condition
 * and every repeated invocation once more.
 */
export const MAX_OPERATIONS = 3000;

/** Bytes of payloads and errors written over the execution's whole life; what was overwritten still counts. */
export const MAX_BYTES_WRITTEN = 100 * 1024 * 1024;

/** Bytes of one payload or error, of anything but the execution's own result. */
export const MAX_PAYLOAD_BYTES = 1024 * 1024;

/** Bytes of the execution's own result. */
export const MAX_RESULT_BYTES = 6 * 1024 * 1024;

/** Operations in one page of state: when the caller does not say, and at most. */
export const DEFAULT_PAGE_ITEMS = 100;
export const MAX_PAGE_ITEMS = 1000;

/** Bytes of operations in one page of state: an invocation's event may be 6 MB, and its envelope needs room too. */
export const MAX_PAGE_BYTES = 5 * 1024 * 1024;

/**
 * Invocations in a row that may fail without getting anywhere. AWS goes on until the execution times out, which can be a
 * year; someone at a laptop wants to hear about a broken bundle: 8 attempts take a minute and a half of waiting.
 */
export const MAX_FAILED_INVOCATIONS = 8;

const FIRST_BACKOFF_SECONDS = 1;
const LONGEST_BACKOFF_SECONDS = 30;

/**
 * Pause before a failed invocation is repeated: doubled each time. AWS documents exponential backoff without figures.
 * @param failures How many invocations in a row have failed, from 1.
 * @returns Seconds.
 */
export function backoffSeconds(failures: number): number {
  return Math.min(FIRST_BACKOFF_SECONDS * 2 ** (failures - 1), LONGEST_BACKOFF_SECONDS);
}
