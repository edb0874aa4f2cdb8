import type { MiddlewareObj } from '@middy/core';
import type { Log } from '../../shared/ports/log.ts';
import { factsOfError } from './told-errors.ts';

/**
 * For a function that has no answer to put an error into: the runtime logs whatever is thrown with its message, which may
 * quote what a user sent. So ours is logged as it may be, and a bare one goes on.
 *
 * @param isOurs an error that is thrown on purpose, and goes on as it is
 */
export function concealErrors(log: Log, isOurs: (error: unknown) => boolean): MiddlewareObj {
  return {
    onError(request) {
      if (isOurs(request.error)) return;
      log.error('unexpected error', factsOfError(request.error));
      request.error = new Error('Internal error');
    },
  };
}
