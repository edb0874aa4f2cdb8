import { afterAll, beforeAll } from 'vitest';
import { describeUserNames } from '../support/contracts/user-names.ts';
import { describeUserStore } from '../support/contracts/user-store.ts';
import { startFaultyTables } from '../support/dynamodb/faulty-tables.ts';
import type { FaultyTables } from '../support/dynamodb/faulty-tables.ts';
import { openDynamoDbUserStore } from '../support/dynamodb/user-store-world.ts';

let tables: FaultyTables;
beforeAll(async () => {
  tables = await startFaultyTables();
});
afterAll(() => tables?.close());

// What no engine refuses and AWS does is refused: no query of the store asks an index for what it does not project.
for (const describeIt of [describeUserStore, describeUserNames]) {
  describeIt('in DynamoDB, through an endpoint that only holds indexes to what they project', () => {
    tables.endpoint.setFaults({ refuseUnprojected: true });
    return openDynamoDbUserStore(tables, 2);
  });
}
