import { afterAll, beforeAll } from 'vitest';
import { createDynamoDbRosterStore } from '../../shared/adapters/dynamodb/roster-store.ts';
import { createDynamoDbUserStore } from '../../shared/adapters/dynamodb/user-store.ts';
import { createMemoryRosterStore } from '../../shared/adapters/memory/roster-store.ts';
import { createMemoryUserStore } from '../../shared/adapters/memory/user-store.ts';
import { describeRosterStore } from '../support/contracts/roster-store.ts';
import { NOW } from '../support/contracts/users.ts';
import { startTestTables } from '../support/dynamodb/test-tables.ts';
import type { TestTables } from '../support/dynamodb/test-tables.ts';

const clock = { now: () => NOW };

let tables: TestTables;
beforeAll(async () => {
  tables = await startTestTables();
});
afterAll(() => tables.close());

describeRosterStore('in memory', () => {
  const roster = createMemoryRosterStore();
  return Promise.resolve({ roster, users: createMemoryUserStore({ clock, roster }) });
});
describeRosterStore('in DynamoDB', async () => {
  const table = { client: tables.client, tableName: await tables.create(), clock };
  return { roster: createDynamoDbRosterStore(table), users: createDynamoDbUserStore(table) };
});
