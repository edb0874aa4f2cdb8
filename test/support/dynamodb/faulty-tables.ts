import { randomUUID } from 'node:crypto';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { startDynamoDbEngine } from '../../../infra/local/dynamodb/engine.ts';
import { startFaultyEndpoint } from '../../../infra/local/dynamodb/faulty-endpoint.ts';
import type { FaultyEndpoint } from '../../../infra/local/dynamodb/faulty-endpoint.ts';
import type { ClientLimits } from '../../../shared/adapters/dynamodb/client.ts';
import { createDynamoDbClient } from '../../../shared/adapters/dynamodb/client.ts';
import { createTable, deleteTable } from './create-table.ts';
import { identity } from './test-tables.ts';

/** Tables in an engine, seen twice: as they are, and through an endpoint that fails on demand. */
export interface FaultyTables {
  readonly endpoint: FaultyEndpoint;
  /** Straight to the engine. */
  readonly truth: DynamoDBDocumentClient;
  /** Through the faults; one attempt a call. */
  readonly client: DynamoDBDocumentClient;
  /** Another client through the faults. */
  connect(limits: Partial<ClientLimits>): DynamoDBDocumentClient;
  /** Creates an empty table of a name of its own. @returns the name */
  create(): Promise<string>;
  /** Deletes the tables and ends endpoint and engine. */
  close(): Promise<void>;
}

/** Room for a loaded machine: what answers, answers. */
const LIMITS = { requestTimeoutMs: 10_000, connectionTimeoutMs: 10_000, maxAttempts: 1 };

export async function startFaultyTables(seed = 1): Promise<FaultyTables> {
  const engine = await startDynamoDbEngine();
  const endpoint = await startFaultyEndpoint({ engineUrl: engine.url, seed });
  const clients: DynamoDBDocumentClient[] = [];
  const names: string[] = [];
  const open = (url: string, limits: Partial<ClientLimits>): DynamoDBDocumentClient => {
    const client = createDynamoDbClient({ ...LIMITS, ...limits }, { endpoint: url, ...identity() });
    clients.push(client);
    return client;
  };
  const truth = open(engine.url, { maxAttempts: 3 });
  return {
    endpoint,
    truth,
    client: open(endpoint.url, {}),
    connect: (limits) => open(endpoint.url, limits),
    async create() {
      const name = `faulty-${randomUUID()}`;
      await createTable(truth, name);
      names.push(name);
      return name;
    },
    async close() {
      await endpoint.close();
      for (const name of names) await deleteTable(truth, name);
      for (const client of clients) client.destroy();
      await engine.close();
    },
  };
}
