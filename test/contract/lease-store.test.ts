import { afterAll, beforeAll } from 'vitest';
import { createDynamoDbLeaseStore } from '../../shared/adapters/dynamodb/lease-store.ts';
import { createDynamoDbUserStore } from '../../shared/adapters/dynamodb/user-store.ts';
import { createMemoryLeaseStore } from '../../shared/adapters/memory/lease-store.ts';
import { createMemoryUserStore } from '../../shared/adapters/memory/user-store.ts';
import { describeLeaseStore } from '../support/contracts/lease-store.ts';
import type { LeaseStoreWorld } from '../support/contracts/lease-store.ts';
import { NOW } from '../support/contracts/users.ts';
import { startTestTables } from '../support/dynamodb/test-tables.ts';
import type { TestTables } from '../support/dynamodb/test-tables.ts';

let tables: TestTables;
beforeAll(async () => {
  tables = await startTestTables();
});
afterAll(() => tables.close());

describeLeaseStore('in memory', () => {
  const { clock, setClock } = clockOfATest();
  const lease = createMemoryLeaseStore({ clock });
  return Promise.resolve({ lease, users: createMemoryUserStore({ clock, lease }), setClock });
});

describeLeaseStore('in DynamoDB', async (): Promise<LeaseStoreWorld> => {
  const { clock, setClock } = clockOfATest();
  const table = { client: tables.client, tableName: await tables.create(), clock };
  return { lease: createDynamoDbLeaseStore(table), users: createDynamoDbUserStore(table), setClock };
});

function clockOfATest() {
  let now = NOW;
  const setClock = (ms: number): void => {
    now = ms;
  };
  return { clock: { now: (): number => now }, setClock };
}
