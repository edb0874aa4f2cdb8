import type { MiddlewareObj } from '@middy/core';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { Log } from '../../shared/ports/log.ts';
import { StoreUnavailable } from '../../shared/ports/user-store.ts';
import { errorAnswer } from './answer.ts';
import { factsOfError } from './told-errors.ts';

/**
 * Turns an unexpected exception into a plain answer: the caller learns that it was our fault and nothing else, the log
 * learns what kind of error it was and where.
 *
 * @param status 500, or 503 where the caller is a machine that should come again; a store that is down is always 503
 */
export function answerErrors(
  log: Log,
  status: 500 | 503 = 500,
): MiddlewareObj<unknown, APIGatewayProxyStructuredResultV2> {
  return {
    onError(request) {
      const { error } = request;
      const again = status === 503 || error instanceof StoreUnavailable;
      log.error('unexpected error', factsOfError(error));
      request.response = again
        ? errorAnswer(503, 'unavailable', 'Try again later.', { 'retry-after': '30' })
        : errorAnswer(500, 'internal_error', 'Something failed on our side. Try again later.');
    },
  };
}
