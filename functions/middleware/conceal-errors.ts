import type { MiddlewareObj } from '@middy/core';
import type { Log } from '../../shared/ports/log.ts';
import { factsOfError } from './told-errors.ts';

/** What goes on in place of an error that the log has told of: no message and no stack that could tell more. */
export const CONCEALED = Object.assign(new Error('Internal error'), { stack: 'Internal error' });

/**
 * For a function that has no answer to put an error into: the runtime logs whatever is thrown with its message, which may
 * quote what a user sent. So ours is logged as it may be, and a bare one goes on.
 *
 * One and the same error is logged once: all requests that a secret fails, which is read once a second, have it in common.
 *
 * @param isOurs an error that is thrown on purpose, and goes on as it is
 */
export function concealErrors(log: Log, isOurs: (error: unknown) => boolean): MiddlewareObj {
  const told = new WeakSet<Error>();
  return {
    onError(request) {
      const { error } = request;
      if (isOurs(error)) return;
      if (!error || !told.has(error)) log.error('unexpected error', factsOfError(error));
      if (error) told.add(error);
      request.error = CONCEALED;
    },
  };
}
