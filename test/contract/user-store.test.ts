import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll } from 'vitest';
import { createDynamoDbUserStore } from '../../shared/adapters/dynamodb/user-store.ts';
import { createMemoryUserStore } from '../../shared/adapters/memory/user-store.ts';
import { describeUserStore } from '../support/contracts/user-store.ts';
import type { UserStoreWorld } from '../support/contracts/user-store.ts';
import { NOW } from '../support/contracts/users.ts';
import { startTestTables } from '../support/dynamodb/test-tables.ts';
import type { TestTables } from '../support/dynamodb/test-tables.ts';

describeUserStore('in memory', () => {
  let now = NOW;
  const store = createMemoryUserStore({ clock: { now: () => now } });
  return Promise.resolve({
    store,
    setClock: (ms) => {
      now = ms;
    },
    writeApp: (id, app) => Promise.resolve(store.writeApp(id, app)),
    expireAt: (id, ms) => Promise.resolve(store.expireAt(id, ms)),
  });
});

let tables: TestTables;
beforeAll(async () => {
  tables = await startTestTables();
});
afterAll(() => tables.close());

// Pages of two rows: every listing goes through several.
describeUserStore('in DynamoDB', () => openDynamoDb(2));

async function openDynamoDb(pageSize: number): Promise<UserStoreWorld> {
  let now = NOW;
  const tableName = await tables.create();
  const { client } = tables;
  const set = async (id: string, attribute: string, value: unknown): Promise<void> => {
    const command = new UpdateCommand({
      TableName: tableName,
      Key: { pk: `user#${id}` },
      UpdateExpression: 'SET #attribute = :value',
      ConditionExpression: 'attribute_exists(pk)',
      ExpressionAttributeNames: { '#attribute': attribute },
      ExpressionAttributeValues: { ':value': value },
    });
    await client.send(command);
  };
  return {
    store: createDynamoDbUserStore({ client, tableName, clock: { now: () => now }, pageSize }),
    setClock: (ms) => {
      now = ms;
    },
    writeApp: (id, app) => set(id, 'app', app),
    expireAt: (id, ms) => set(id, 'expiresAt', Math.floor(ms / 1000)),
  };
}
