/**
 * What API Gateway turns into 401: there is no other way to ask it for one. One error for all, without a stack: a stream of
 * bad tokens must not become a stream of stacks.
 */
export const UNAUTHORIZED = Object.assign(new Error('Unauthorized'), { stack: 'Unauthorized' });

export function isUnauthorized(error: unknown): boolean {
  return error === UNAUTHORIZED;
}
