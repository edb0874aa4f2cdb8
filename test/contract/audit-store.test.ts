import { afterAll, beforeAll } from 'vitest';
import { createDynamoDbAuditStore } from '../../shared/adapters/dynamodb/audit-store.ts';
import { createMemoryAuditStore } from '../../shared/adapters/memory/audit-store.ts';
import type { AuditStore } from '../../shared/ports/audit-store.ts';
import type { Clock } from '../../shared/ports/time.ts';
import type { AuditStoreWorld } from '../support/contracts/audit-store.ts';
import { describeAuditStore } from '../support/contracts/audit-store.ts';
import { NOW } from '../support/contracts/users.ts';
import type { TestTables } from '../support/dynamodb/test-tables.ts';
import { startTestTables } from '../support/dynamodb/test-tables.ts';

let tables: TestTables;
beforeAll(async () => {
  tables = await startTestTables();
});
afterAll(() => tables.close());

describeAuditStore('in memory', () => open((clock) => createMemoryAuditStore({ clock })));
describeAuditStore('in DynamoDB', async () => {
  const tableName = await tables.create();
  return open((clock) => createDynamoDbAuditStore({ client: tables.client, tableName, clock }));
});

function open(createStore: (clock: Clock) => AuditStore): Promise<AuditStoreWorld> {
  let now = NOW;
  const setClock = (ms: number): void => {
    now = ms;
  };
  return Promise.resolve({ store: createStore({ now: () => now }), setClock });
}
