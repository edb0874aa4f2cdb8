import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

/**
 * For a new connection, and from sending a request to the head of its answer, ms. A signed-in request may be waiting: what
 * takes longer is given up and tried once more.
 */
const ATTEMPT_LIMIT_MS = 500;

/**
 * A client whose every attempt ends in bounded time; the SDK's own default is to wait without end. Region, credentials and
 * endpoint come from the environment.
 */
export function createSecretsManagerClient(): SecretsManagerClient {
  return new SecretsManagerClient({
    maxAttempts: 2,
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
