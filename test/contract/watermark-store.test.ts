import { afterAll, beforeAll } from 'vitest';
import { createDynamoDbWatermarkStore } from '../../shared/adapters/dynamodb/watermark-store.ts';
import { createMemoryWatermarkStore } from '../../shared/adapters/memory/watermark-store.ts';
import { NOW } from '../support/contracts/users.ts';
import { describeWatermarkStore } from '../support/contracts/watermark-store.ts';
import { startTestTables } from '../support/dynamodb/test-tables.ts';
import type { TestTables } from '../support/dynamodb/test-tables.ts';

let tables: TestTables;
beforeAll(async () => {
  tables = await startTestTables();
});
afterAll(() => tables.close());

describeWatermarkStore('in memory', () => Promise.resolve(createMemoryWatermarkStore()));
describeWatermarkStore('in DynamoDB', async () => {
  const tableName = await tables.create();
  return createDynamoDbWatermarkStore({ client: tables.client, tableName, clock: { now: () => NOW } });
});
