import { randomUUID } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { startDynamoDbEngine } from '../../../infra/local/dynamodb/engine.ts';
import { createDynamoDbClient } from '../../../shared/adapters/dynamodb/client.ts';
import { createTable, deleteTable } from './create-table.ts';

/** A DynamoDB engine for one test file: a local one, or that of `AWS_ENDPOINT_URL_DYNAMODB`. */
export interface TestTables {
  readonly client: DynamoDBDocumentClient;
  /** Of the engine. */
  readonly url: string;
  /** Creates an empty table of a name of its own. @returns the name */
  create(): Promise<string>;
  /** Deletes the tables and ends the engine. */
  close(): Promise<void>;
}

export async function startTestTables(): Promise<TestTables> {
  const engine = await startDynamoDbEngine();
  const limits = { requestTimeoutMs: 10_000, connectionTimeoutMs: 5_000, maxAttempts: 3 };
  const client = createDynamoDbClient(limits, { endpoint: engine.url, ...identity() });
  // Tables are made by the SDK itself, whoever the client is that is tested.
  const tables = new DynamoDBClient({ endpoint: engine.url, ...identity() });
  const names: string[] = [];
  return {
    client,
    url: engine.url,
    async create() {
      const name = `contract-${randomUUID()}`;
      await createTable(tables, name);
      names.push(name);
      return name;
    },
    async close() {
      for (const name of names) await deleteTable(tables, name);
      tables.destroy();
      client.destroy();
      await engine.close();
    },
  };
}

/** Local engines take any region and credentials; another engine may want the caller's own. */
export function identity(): { region: string; credentials?: { accessKeyId: string; secretAccessKey: string } } {
  const region = process.env['AWS_REGION'] ?? 'us-east-1';
  if (process.env['AWS_ACCESS_KEY_ID'] !== undefined) return { region };
  return { region, credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };
}
