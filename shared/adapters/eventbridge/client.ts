import { EventBridgeClient } from '@aws-sdk/client-eventbridge';

/** For a new connection, and from sending a request to the head of its answer, ms. */
const ATTEMPT_LIMIT_MS = 2_000;

/**
 * A client whose every call ends in bounded time; the SDK's own default is to wait without end. Region, credentials and
 * endpoint come from the environment.
 */
export function createEventBridgeClient(): EventBridgeClient {
  return new EventBridgeClient({
    maxAttempts: 3,
    requestHandler: {
      requestTimeout: ATTEMPT_LIMIT_MS,
      // Without it the SDK warns about a request that takes too long, and waits on.
      throwOnRequestTimeout: true,
      connectionTimeout: ATTEMPT_LIMIT_MS,
      // The request's limit ends with the head of the answer: this one ends an answer that stops half-way.
      socketTimeout: ATTEMPT_LIMIT_MS,
    },
  });
}
