import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, beforeEach, expect, inject, it } from 'vitest';
import type { LocalStack } from '../../infra/local/local-stack.ts';
import { startLocalStack } from '../../infra/local/local-stack.ts';
import type { World } from '../../scripts/demo/world.ts';
import { createWorld, signUp } from '../../scripts/demo/world.ts';
import { scan } from '../support/oracle.ts';

type Item = Readonly<Record<string, unknown>>;

let stack: LocalStack;
let world: World;
let table: DynamoDBDocumentClient;
/** What a restored table would have: all items as they were before the loss. */
let restored: readonly Item[];
let ids: readonly string[];

beforeAll(async () => {
  stack = await startLocalStack({ assembly: inject('assembly') });
  world = createWorld(stack.file);
  const { dynamodb: endpoint, region } = stack.file;
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  table = DynamoDBDocumentClient.from(new DynamoDBClient({ endpoint, region, credentials }));
});
afterAll(async () => {
  table?.destroy();
  await stack?.close();
});

let people = 0;
beforeEach(async () => {
  const names = Array.from({ length: 5 }, () => `person${(people += 1)}`);
  const users = await Promise.all(names.map((name) => signUp(world, `${name}@example.com`, name)));
  await world.flushWebhooks();
  await world.fireFullRun();
  ids = users.map(({ id }) => id);
  for (const id of ids) await putApp({ pk: `user#${id}`, app: { bio: `About ${id}` } });
  restored = await scan(stack.file);
});

/** Step 4 of the runbook's recovery: one item of `app.json`. */
async function putApp({ pk, app }: Item): Promise<void> {
  await table.send(
    new UpdateCommand({
      TableName: stack.file.tableName,
      Key: { pk },
      UpdateExpression: 'SET #app = :app',
      ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(deletedAt)',
      ExpressionAttributeNames: { '#app': 'app' },
      ExpressionAttributeValues: { ':app': app },
    }),
  );
}

async function lose(items: readonly Item[]): Promise<void> {
  const TableName = stack.file.tableName;
  for (const { pk } of items) await table.send(new DeleteCommand({ TableName, Key: { pk } }));
}

const appOf = async (id: string) => (await world.item(id))['app'];

it('a table that lost everything is rebuilt from Clerk by one run, and takes `app` back from a restored one', async () => {
  await lose(restored);
  expect(await scan(stack.file)).toEqual([]);
  // Requests go on meanwhile.
  expect((await world.get('/whoami', await world.token(ids[0] ?? ''))).status).toBe(200);

  expect((await world.fireFullRun()).body).toMatchObject({ status: 'repaired', deleted: 0, suspects: 0 });
  expect((await world.compare()).mismatches).toEqual([]);
  for (const item of restored) if (String(item['pk']).startsWith('user#') && item['app']) await putApp(item);
  expect((await world.fireFullRun()).body).toMatchObject({ status: 'in-sync' });
  for (const id of ids) expect(await appOf(id)).toEqual({ bio: `About ${id}` });
});

it('a table that lost some users gets them back, and nobody else is touched', async () => {
  const [gone = '', kept = ''] = ids;
  const before = await world.item(kept);
  await lose(restored.filter(({ pk }) => pk === `user#${gone}`));
  expect((await world.fireFullRun()).body).toMatchObject({ status: 'repaired', created: 1, deleted: 0 });
  expect((await world.compare()).mismatches).toEqual([]);
  expect(await world.item(kept)).toEqual(before);
  expect(await appOf(gone)).toEqual({});
  for (const item of restored) if (item['pk'] === `user#${gone}`) await putApp(item);
  expect(await appOf(gone)).toEqual({ bio: `About ${gone}` });
});
