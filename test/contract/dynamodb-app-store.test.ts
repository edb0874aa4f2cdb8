import { GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createDynamoDbAppStore } from '../../shared/adapters/dynamodb/app-store.ts';
import { createDynamoDbUserStore } from '../../shared/adapters/dynamodb/user-store.ts';
import { systemTimers } from '../../shared/adapters/system/timers.ts';
import type { AppStore } from '../../shared/ports/app-store.ts';
import { changeApp } from '../../shared/sync/change-app.ts';
import { aUser, create, NOW } from '../support/contracts/users.ts';
import { startTestTables } from '../support/dynamodb/test-tables.ts';
import type { TestTables } from '../support/dynamodb/test-tables.ts';

const Key = { pk: { S: 'user#user_ada' } };

let tables: TestTables;
let tableName: string;
let apps: AppStore;
beforeAll(async () => {
  tables = await startTestTables();
});
afterAll(() => tables.close());
beforeEach(async () => {
  tableName = await tables.create();
  const access = { client: tables.client, tableName, clock: { now: () => NOW } };
  apps = createDynamoDbAppStore(access);
  await create(createDynamoDbUserStore(access), aUser('user_ada'));
});

async function setApp(app: AttributeValue): Promise<void> {
  const command = new UpdateItemCommand({
    TableName: tableName,
    Key,
    UpdateExpression: 'SET app = :app',
    ExpressionAttributeValues: { ':app': app },
  });
  await tables.client.send(command);
}

async function storedApp(): Promise<AttributeValue | undefined> {
  return (await tables.client.send(new GetItemCommand({ TableName: tableName, Key, ConsistentRead: true }))).Item?.[
    'app'
  ];
}

describe('What the application keeps in its own notation', () => {
  it('stays what it is beside an attribute that is changed: sets, bytes and long numbers', async () => {
    const kept = {
      tags: { SS: ['a', 'b'] },
      key: { B: new Uint8Array([1, 2]) },
      id: { N: '123456789012345678901234567890' },
    };
    await setApp({ M: { ...kept, bio: { S: 'old' } } });
    const reading = await apps.read('user_ada');
    expect(await reading?.write({ bio: 'new', more: [1.5, null] })).toMatchObject({ status: 'written' });
    const more = { L: [{ N: '1.5' }, { NULL: true }] };
    expect(await storedApp()).toEqual({ M: { ...kept, bio: { S: 'new' }, more } });
  });

  it('stays what it is inside an attribute of which a patch names something else, however deep', async () => {
    const kept = {
      followers: { SS: ['user_b', 'user_c'] },
      id: { N: '123456789012345678901234567890' },
      deeper: { M: { key: { B: new Uint8Array([1, 2]) }, colour: { S: 'blue' }, constructor: { NS: ['1', '2'] } } },
    };
    await setApp({ M: { stats: { M: { ...kept, balance: { N: '1' } } } } });
    const deps = { apps, timers: systemTimers, random: { next: () => 0, id: () => 'id' } };
    const patch = { stats: { balance: null, toString: [1], deeper: { colour: 'red' } } };
    expect(await changeApp(deps, 'user_ada', patch, 5_000)).toMatchObject({ status: 'changed' });
    const deeper = { M: { ...kept.deeper.M, colour: { S: 'red' } } };
    expect(await storedApp()).toEqual({ M: { stats: { M: { ...kept, toString: { L: [{ N: '1' }] }, deeper } } } });
  });

  it('is seen to have changed, also where JSON would show it alike', async () => {
    await setApp({ M: { tags: { SS: ['a', 'b'] } } });
    const reading = await apps.read('user_ada');
    await setApp({ M: { tags: { L: [{ S: 'a' }, { S: 'b' }] } } });
    expect(await reading?.write({ bio: 'x' })).toMatchObject({ status: 'lost' });
  });

  it.each<[string, AttributeValue]>([
    ['a text', { S: 'x' }],
    ['a list', { L: [] }],
  ])('cannot be changed when it is %s, and the error says what to mend', async (_kind, app) => {
    await setApp(app);
    await expect(apps.read('user_ada')).rejects.toThrow(/user#user_ada: the attribute "app" must be a map/);
    expect(await storedApp()).toEqual(app);
  });
});
