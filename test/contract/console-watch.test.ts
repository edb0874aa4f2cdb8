import { PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { createServer } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TableItems } from '../../infra/local/console/sources/table-items.ts';
import { Watch } from '../../infra/local/console/watch.ts';
import { answerJson } from '../../infra/local/http/answer.ts';
import { listen } from '../../infra/local/http/server.ts';
import type { Listener } from '../../infra/local/http/server.ts';
import { startStandIn } from '../support/clerk/stand-in.ts';
import { startTestTables } from '../support/dynamodb/test-tables.ts';
import type { TestTables } from '../support/dynamodb/test-tables.ts';

/** Nothing listens there: only the table answers. */
const NOWHERE = 'http://127.0.0.1:9';
const ELSEWHERE = { api: NOWHERE, clerk: NOWHERE, secretKey: '', adminApiKey: '', region: 'us-east-1' };
const NO_TABLE = { dynamodb: NOWHERE, tableName: 't' };
const ROW = { pk: 'user#user_ada', revision: 1, firstName: 'Ada' };

let tables: TestTables;
beforeAll(async () => {
  tables = await startTestTables();
});
afterAll(() => tables.close());

async function watchedTable() {
  const TableName = await tables.create();
  await tables.client.send(new PutCommand({ TableName, Item: ROW }));
  const watch = new Watch({ ...ELSEWHERE, dynamodb: tables.url, tableName: TableName });
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

  it('is not that a row was removed, where an engine has only put off the answer', async () => {
    const key = { pk: { S: ROW.pk } };
    const pages = [
      { Responses: { t: [{ ...key, revision: { N: '1' } }] } },
      { Responses: { t: [] }, UnprocessedKeys: { t: { Keys: [key] } } },
    ];
    const engine = await serve(() => [200, pages.shift() ?? {}]);
    const items = new TableItems({ dynamodb: engine.url, region: 'us-east-1', tableName: 't' });
    expect(await items.refresh([ROW.pk])).toHaveLength(1);
    expect(await items.refresh([ROW.pk])).toEqual([]);
    items.close();
    await engine.close();
  });
});

describe('What the console tells of webhooks', () => {
  it('is by the clock that they go by, with the first look, too', async () => {
    await using standIn = await startStandIn();
    const { url: clerk } = standIn.clerk;
    standIn.clerk.setWebhookEndpoints([`${NOWHERE}/webhooks`]);
    await standIn.control('PUT', '/faults', { webhooks: { delayMs: 15_000 } });
    await standIn.control('PUT', '/clock', { advanceMs: 86_400_000 });
    await standIn.client.users.createUser({ firstName: 'Ada' });
    const watch = new Watch({ ...ELSEWHERE, ...NO_TABLE, clerk });
    expect(await watch.look()).toEqual([
      expect.objectContaining({ what: 'user.created held back', why: 'to be sent in 15 s' }),
    ]);
    watch.close();
  });
});

describe('A part of the API that does not answer', () => {
  it('is named, and keeps nothing else from being shown', async () => {
    await using standIn = await startStandIn();
    const api = await serve((path) => (path.includes('/alarms') ? [500, {}] : [200, []]));
    const watch = new Watch({ ...ELSEWHERE, ...NO_TABLE, clerk: standIn.clerk.url, api: api.url });
    await watch.look();
    expect(await watch.lookSlowly()).toMatchObject({ alarms: undefined, plots: { spanSeconds: 5 } });
    expect(watch.overview().troubles).toContainEqual({ part: 'Alarms', problem: 'answers 500' });
    watch.close();
    await api.close();
  });

  it('is not named where the API does not answer at all', async () => {
    const watch = new Watch({ ...ELSEWHERE, ...NO_TABLE });
    await watch.look();
    await watch.lookSlowly();
    expect(
      watch
        .overview()
        .troubles.map(({ part }) => part)
        .toSorted(),
    ).toEqual(['Clerk', 'The API', 'The table']);
    watch.close();
  });
});

function serve(say: (path: string) => [status: number, body: unknown]): Promise<Listener> {
  return listen(
    createServer(({ url = '' }, response) => {
      const [status, body] = say(url);
      answerJson(response, status, body);
    }),
  );
}
