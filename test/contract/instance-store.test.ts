import { afterAll, beforeAll } from 'vitest';
import { createDynamoDbInstanceStore } from '../../shared/adapters/dynamodb/instance-store.ts';
import { createMemoryInstanceStore } from '../../shared/adapters/memory/instance-store.ts';
import { describeInstanceStore } from '../support/contracts/instance-store.ts';
import { NOW } from '../support/contracts/users.ts';
import { startTestTables } from '../support/dynamodb/test-tables.ts';
import type { TestTables } from '../support/dynamodb/test-tables.ts';

let tables: TestTables;
beforeAll(async () => {
  tables = await startTestTables();
});
afterAll(() => tables.close());

describeInstanceStore('in memory', () => Promise.resolve(createMemoryInstanceStore()));
describeInstanceStore('in DynamoDB', async () => {
  const tableName = await tables.create();
  return createDynamoDbInstanceStore({ client: tables.client, tableName, clock: { now: () => NOW } });
});
