import { afterAll, beforeAll } from 'vitest';
import { createDynamoDbRunStore } from '../../shared/adapters/dynamodb/run-store.ts';
import { createMemoryRunStore } from '../../shared/adapters/memory/run-store.ts';
import type { RunStore } from '../../shared/ports/run-store.ts';
import type { Clock } from '../../shared/ports/time.ts';
import { describeRunStore } from '../support/contracts/run-store.ts';
import type { RunStoreWorld } from '../support/contracts/run-store.ts';
import { NOW } from '../support/contracts/users.ts';
import { startTestTables } from '../support/dynamodb/test-tables.ts';
import type { TestTables } from '../support/dynamodb/test-tables.ts';

let tables: TestTables;
beforeAll(async () => {
  tables = await startTestTables();
});
afterAll(() => tables.close());

describeRunStore('in memory', () => open((clock) => createMemoryRunStore({ clock })));
describeRunStore('in DynamoDB', async () => {
  const tableName = await tables.create();
  return open((clock) => createDynamoDbRunStore({ client: tables.client, tableName, clock }));
});

function open(createStore: (clock: Clock) => RunStore): Promise<RunStoreWorld> {
  let now = NOW;
  const setClock = (ms: number): void => {
    now = ms;
  };
  return Promise.resolve({ store: createStore({ now: () => now }), setClock });
}
