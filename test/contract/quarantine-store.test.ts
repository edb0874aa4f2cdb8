import { afterAll, beforeAll } from 'vitest';
import { createDynamoDbQuarantine } from '../../shared/adapters/dynamodb/quarantine.ts';
import { createMemoryQuarantine } from '../../shared/adapters/memory/quarantine.ts';
import type { Quarantine } from '../../shared/ports/quarantine.ts';
import type { Clock } from '../../shared/ports/time.ts';
import { describeQuarantine } from '../support/contracts/quarantine.ts';
import type { QuarantineWorld } from '../support/contracts/quarantine.ts';
import { NOW } from '../support/contracts/users.ts';
import { startTestTables } from '../support/dynamodb/test-tables.ts';
import type { TestTables } from '../support/dynamodb/test-tables.ts';

let tables: TestTables;
beforeAll(async () => {
  tables = await startTestTables();
});
afterAll(() => tables.close());

describeQuarantine('in memory', () => open((clock) => createMemoryQuarantine({ clock })));
describeQuarantine('in DynamoDB', async () => {
  const tableName = await tables.create();
  return open((clock) => createDynamoDbQuarantine({ client: tables.client, tableName, clock }));
});
describeQuarantine('in DynamoDB, of whose index one read takes two rows', async () => {
  const tableName = await tables.create();
  return open((clock) => createDynamoDbQuarantine({ client: tables.client, tableName, clock, pageSize: 2 }));
});

function open(createQuarantine: (clock: Clock) => Quarantine): Promise<QuarantineWorld> {
  let now = NOW;
  const setClock = (ms: number): void => {
    now = ms;
  };
  return Promise.resolve({ quarantine: createQuarantine({ now: () => now }), setClock });
}
