import { PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Watch } from '../../infra/local/console/watch.ts';
import { startTestTables } from '../support/dynamodb/test-tables.ts';
import type { TestTables } from '../support/dynamodb/test-tables.ts';

/** Nothing listens there: only the table answers. */
const NOWHERE = 'http://127.0.0.1:9';
const ROW = { pk: 'user#user_ada', revision: 1, firstName: 'Ada' };

let tables: TestTables;
beforeAll(async () => {
  tables = await startTestTables();
});
afterAll(() => tables.close());

async function watchedTable() {
  const TableName = await tables.create();
  await tables.client.send(new PutCommand({ TableName, Item: ROW }));
  const elsewhere = { api: NOWHERE, clerk: NOWHERE, secretKey: '', adminApiKey: '', region: 'us-east-1' };
  const watch = new Watch({ ...elsewhere, dynamodb: tables.url, tableName: TableName });
  const edit = new UpdateCommand({
    TableName,
    Key: { pk: ROW.pk },
    UpdateExpression: 'SET firstName = :name',
    ExpressionAttributeValues: { ':name': 'Edited' },
  });
  return { watch, edit: () => tables.client.send(edit) };
}

describe('What the console tells of the table', () => {
  it('is nothing of rows that it sees for the first time', async () => {
    const { watch } = await watchedTable();
    expect(await watch.look()).toEqual([]);
    watch.close();
  });

  it('is a row that is changed by hand right after it was seen for the first time', async () => {
    const { watch, edit } = await watchedTable();
    await watch.look();
    watch.user('user_ada');
    await edit();
    expect(await watch.look()).toEqual([expect.objectContaining({ what: 'row changed by hand: firstName' })]);
    watch.close();
  });
});
