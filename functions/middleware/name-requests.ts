import type { MiddlewareObj } from '@middy/core';
import type { LateLog } from '../../shared/adapters/cloudwatch/late-log.ts';
import type { CorrelatedLog } from '../../shared/adapters/cloudwatch/log.ts';

/**
 * Has every line of the log say to which request it belongs: by API Gateway's id of it, which authorizer, function and access
 * log have in common; by Lambda's where no request of an API is behind it. Used before all others, it comes last when an
 * invocation ends: until then a line may still wait to be written.
 */
export function nameRequests(
  log: Pick<CorrelatedLog, 'beginRequest'> & Partial<Pick<LateLog, 'written'>>,
): MiddlewareObj {
  const written = (): Promise<void> | undefined => log.written?.();
  return {
    before: ({ event, context }) => log.beginRequest(requestIdIn(event) ?? context?.awsRequestId),
    after: written,
    onError: written,
  };
}

function requestIdIn(event: unknown): string | undefined {
  const context = memberOf(event, 'requestContext');
  const id = memberOf(context, 'requestId');
  return typeof id === 'string' ? id : undefined;
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
