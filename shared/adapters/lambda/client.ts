import { LambdaClient } from '@aws-sdk/client-lambda';

/** For a new connection, and from sending a request to its answer, ms: to take an event in takes Lambda some 20. */
const ATTEMPT_LIMIT_MS = 2_000;

/** A client whose every attempt ends in bounded time. Region, credentials and endpoint come from the environment. */
export function createLambdaClient(): LambdaClient {
  return new LambdaClient({
    maxAttempts: 2,
    requestHandler: {
      requestTimeout: ATTEMPT_LIMIT_MS,
      throwOnRequestTimeout: true,
      connectionTimeout: ATTEMPT_LIMIT_MS,
      socketTimeout: ATTEMPT_LIMIT_MS,
    },
  });
}
