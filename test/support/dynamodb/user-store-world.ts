import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { createDynamoDbAppStore } from '../../../shared/adapters/dynamodb/app-store.ts';
import { createDynamoDbUserStore } from '../../../shared/adapters/dynamodb/user-store.ts';
import type { UserStoreWorld } from '../contracts/user-store.ts';
import { NOW } from '../contracts/users.ts';
import type { TestTables } from './test-tables.ts';

type TablesOfATest = Pick<TestTables, 'create' | 'client'>;

/** The DynamoDB store over a table of its own, with what others may do to its items. */
export async function openDynamoDbUserStore(tables: TablesOfATest, pageSize: number): Promise<UserStoreWorld> {
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
  const clock = { now: () => now };
  return {
    store: createDynamoDbUserStore({ client, tableName, clock, pageSize }),
    apps: createDynamoDbAppStore({ client, tableName, clock }),
    setClock: (ms) => {
      now = ms;
    },
    writeApp: (id, app) => set(id, 'app', app),
    expireAt: (id, ms) => set(id, 'expiresAt', Math.floor(ms / 1000)),
  };
}
