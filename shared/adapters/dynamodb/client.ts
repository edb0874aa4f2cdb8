import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { exactNumber } from './json-attributes.ts';

export interface ClientLimits {
  /** From sending a request to the head of its answer, and between two pieces of the answer, ms. */
  readonly requestTimeoutMs: number;
  /** For a new connection, ms. */
  readonly connectionTimeoutMs: number;
  /**
   * Attempts that the SDK makes for one call, with its own pauses between them. The synchronisation repeats a call that
   * failed within its own budget: one or two are enough.
   */
  readonly maxAttempts: number;
}

/** The most connections at a time: as many calls may be under way, and no more wait on a table that has stopped answering. */
const MAX_SOCKETS = 64;

/**
 * A client whose every call ends in bounded time, over connections that are kept alive.
 *
 * @param limits time limits; the SDK's own default is to wait without end
 * @param settings further settings of the SDK, such as an endpoint; region, credentials and endpoint come from the environment
 */
export function createDynamoDbClient(
  limits: ClientLimits,
  settings: DynamoDBClientConfig = {},
): DynamoDBDocumentClient {
  const agent = { keepAlive: true, maxSockets: MAX_SOCKETS };
  const client = new DynamoDBClient({
    maxAttempts: limits.maxAttempts,
    ...settings,
    requestHandler: {
      requestTimeout: limits.requestTimeoutMs,
      // Without it the SDK warns about a request that takes too long, and waits on.
      throwOnRequestTimeout: true,
      connectionTimeout: limits.connectionTimeoutMs,
      // The request's limit ends with the head of the answer: this one ends an answer that stops half-way.
      socketTimeout: limits.requestTimeoutMs,
      httpAgent: agent,
      httpsAgent: agent,
    },
  });
  return DynamoDBDocumentClient.from(client, { unmarshallOptions: { wrapNumbers: exactNumber } });
}
