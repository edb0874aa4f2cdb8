import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';

/** Somebody waits for the answer, and can do without it: two attempts, and 4 s at the worst. */
const CONNECTION_LIMIT_MS = 500;
const ANSWER_LIMIT_MS = 1_500;

/** A client that reads metrics in bounded time. Region, credentials and endpoint come from the environment. */
export function createMeasuresClient(): CloudWatchClient {
  return new CloudWatchClient({
    maxAttempts: 2,
    requestHandler: {
      requestTimeout: ANSWER_LIMIT_MS,
      // Without it the SDK warns about a request that takes too long, and waits on.
      throwOnRequestTimeout: true,
      connectionTimeout: CONNECTION_LIMIT_MS,
      // The request's limit ends with the head of the answer: this one ends an answer that stops half-way.
      socketTimeout: ANSWER_LIMIT_MS,
    },
  });
}
