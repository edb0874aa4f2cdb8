/**
 * What API Gateway turns into 401: there is no other way to ask it for one. One error for all, without a stack: a stream of
 * bad tokens must not become a stream of stacks.
 */
export const UNAUTHORIZED = thrownAnswer('Unauthorized');

/**
 * What it turns into 500, as any other error: a refusal would be 403, and repeated from its cache long after the table is back.
 */
export const UNAVAILABLE = thrownAnswer('The table cannot be reached');

/** Whether an error is an answer: thrown on purpose, and with nothing in it that must not be told. */
export function isThrownAnswer(error: unknown): boolean {
  return error === UNAUTHORIZED || error === UNAVAILABLE;
}

function thrownAnswer(message: string): Error {
  return Object.assign(new Error(message), { stack: message });
}
