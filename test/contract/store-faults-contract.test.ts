import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll } from 'vitest';
import { createDynamoDbUserStore } from '../../shared/adapters/dynamodb/user-store.ts';
import { describeUserStore } from '../support/contracts/user-store.ts';
import type { UserStoreWorld } from '../support/contracts/user-store.ts';
import { NOW } from '../support/contracts/users.ts';
import { startFaultyTables } from '../support/dynamodb/faulty-tables.ts';
import type { FaultyTables } from '../support/dynamodb/faulty-tables.ts';

let tables: FaultyTables;
beforeAll(async () => {
  tables = await startFaultyTables();
});
afterAll(() => tables?.close());

// What no engine refuses and AWS does is refused: no query of the store asks an index for what it does not project.
describeUserStore('in DynamoDB, through an endpoint that only holds indexes to what they project', () => {
  tables.endpoint.setFaults({ refuseUnprojected: true });
  return open();
});

async function open(): Promise<UserStoreWorld> {
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
    store: createDynamoDbUserStore({ client, tableName, clock: { now: () => now }, pageSize: 2 }),
    setClock: (ms) => {
      now = ms;
    },
    writeApp: (id, app) => set(id, 'app', app),
    expireAt: (id, ms) => set(id, 'expiresAt', Math.floor(ms / 1000)),
  };
}
