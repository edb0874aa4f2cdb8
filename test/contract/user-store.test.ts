import { afterAll, beforeAll } from 'vitest';
import { createMemoryUserStore } from '../../shared/adapters/memory/user-store.ts';
import { describeAppStore } from '../support/contracts/app-store.ts';
import { describeUserNames } from '../support/contracts/user-names.ts';
import type { UserStoreWorld } from '../support/contracts/user-store.ts';
import { describeUserStore } from '../support/contracts/user-store.ts';
import { NOW } from '../support/contracts/users.ts';
import { startTestTables } from '../support/dynamodb/test-tables.ts';
import type { TestTables } from '../support/dynamodb/test-tables.ts';
import { openDynamoDbUserStore } from '../support/dynamodb/user-store-world.ts';

let tables: TestTables;
beforeAll(async () => {
  tables = await startTestTables();
});
afterAll(() => tables.close());

for (const describeIt of [describeUserStore, describeUserNames, describeAppStore]) {
  describeIt('in memory', openMemoryUserStore);
  // Pages of two rows: every listing goes through several.
  describeIt('in DynamoDB', () => openDynamoDbUserStore(tables, 2));
}

function openMemoryUserStore(): Promise<UserStoreWorld> {
  let now = NOW;
  const store = createMemoryUserStore({ clock: { now: () => now } });
  return Promise.resolve({
    store,
    apps: store.apps,
    setClock: (ms) => {
      now = ms;
    },
    writeApp: (id, app) => Promise.resolve(store.writeApp(id, app)),
    expireAt: (id, ms) => Promise.resolve(store.expireAt(id, ms)),
  });
}
