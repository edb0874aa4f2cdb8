/**
 * What the bundles of the authorizer and the webhook reach AWS with, under the contract that the stores keep with the whole SDK:
 * here every module of the product finds the narrow clients in its place.
 */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createDynamoDbClient } from '../../shared/adapters/dynamodb/client.ts';
import { describeUserNames } from '../support/contracts/user-names.ts';
import { describeUserStore } from '../support/contracts/user-store.ts';
import { startTestTables } from '../support/dynamodb/test-tables.ts';
import type { TestTables } from '../support/dynamodb/test-tables.ts';
import { openDynamoDbUserStore } from '../support/dynamodb/user-store-world.ts';

let tables: TestTables;
beforeAll(async () => {
  tables = await startTestTables();
});
afterAll(() => tables.close());

it('is a client without the package that it stands in for', () => {
  const whole = new DynamoDBClient({ region: 'us-east-1' });
  expect(whole.middlewareStack.identify().length).toBeGreaterThan(5);
  const limits = { requestTimeoutMs: 1_000, connectionTimeoutMs: 1_000, maxAttempts: 1 };
  const narrow = createDynamoDbClient(limits, { region: 'us-east-1' });
  expect(narrow.middlewareStack.identify()).toHaveLength(2);
});

for (const describeIt of [describeUserStore, describeUserNames]) {
  describeIt('by the narrow client', () => openDynamoDbUserStore(tables, 2));
}
