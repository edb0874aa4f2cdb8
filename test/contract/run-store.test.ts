import { PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDynamoDbRunHistory } from '../../shared/adapters/dynamodb/run-history.ts';
import { createDynamoDbRunStore } from '../../shared/adapters/dynamodb/run-store.ts';
import { createMemoryRunStore } from '../../shared/adapters/memory/run-store.ts';
import type { Run, RunStore } from '../../shared/ports/run-store.ts';
import type { Unreadable } from '../../shared/ports/unreadable.ts';
import type { Clock } from '../../shared/ports/time.ts';
import { describeRunStore, RUN } from '../support/contracts/run-store.ts';
import type { RunStoreWorld } from '../support/contracts/run-store.ts';
import { NOW } from '../support/contracts/users.ts';
import { startTestTables } from '../support/dynamodb/test-tables.ts';
import type { TestTables } from '../support/dynamodb/test-tables.ts';

let tables: TestTables;
beforeAll(async () => {
  tables = await startTestTables();
});
afterAll(() => tables.close());

describeRunStore('in memory', () => open((clock) => createMemoryRunStore({ clock })));
describeRunStore('in DynamoDB', async () => {
  const tableName = await tables.create();
  return open((clock) => createDynamoDbRunStore({ client: tables.client, tableName, clock }));
});

describe('a run’s record that this version cannot read', () => {
  const clock = { now: () => NOW };

  async function tableWith(attribute: string, value: unknown): Promise<Parameters<typeof createDynamoDbRunStore>[0]> {
    const access = { client: tables.client, tableName: await tables.create(), clock };
    const store = createDynamoDbRunStore(access);
    for (const n of [1, 2, 3]) await store.save({ ...RUN, id: `run_${n}`, startedAt: NOW + n });
    const command = new UpdateCommand({
      TableName: access.tableName,
      Key: { pk: 'run#run_2' },
      UpdateExpression: 'SET #attribute = :value',
      ExpressionAttributeNames: { '#attribute': attribute },
      ExpressionAttributeValues: { ':value': value },
    });
    await access.client.send(command);
    return access;
  }

  async function idsIn(runs: AsyncIterable<Run | Unreadable>): Promise<string[]> {
    const ids: string[] = [];
    for await (const { id } of runs) ids.push(id);
    return ids;
  }

  it.each([
    ['mode', 'sideways'],
    ['status', 'paused'],
    ['startedAt', 'yesterday'],
    ['counts', 'many'],
    ['report', { email: { users: 'all' } }],
    ['id', 7],
  ])('is listed among the others, by its id, with what is wrong: %s', async (attribute, value) => {
    const access = await tableWith(attribute, value);
    const store = createDynamoDbRunStore(access);
    await expect.poll(() => idsIn(store.list(0))).toEqual(['run_1', 'run_2', 'run_3']);
    const unreadable: (Run | Unreadable)[] = [];
    for await (const run of store.list(0)) if ('unreadable' in run) unreadable.push(run);
    const { items } = await createDynamoDbRunHistory(access).list({ limit: 5 });
    expect(items.map(({ id }) => id)).toEqual(['run_3', 'run_2', 'run_1']);
    expect(items[1]).toEqual(unreadable[0]);
    expect(unreadable).toHaveLength(1);
    const inner = attribute === 'report' ? 'users' : attribute;
    expect(unreadable[0]).toMatchObject({ id: 'run_2', unreadable: expect.stringContaining(`"${inner}"`) as unknown });
    expect(JSON.stringify(unreadable)).not.toMatch(/sideways|paused|yesterday|many|all"/);
  });

  it('is not named where it is none: what else has come among the runs may have an address for its key', async () => {
    const access = { client: tables.client, tableName: await tables.create(), clock };
    const Item = { pk: 'email#ada@example.com', group: 'runs', sort: `${NOW}#email#ada@example.com` };
    await access.client.send(new PutCommand({ TableName: access.tableName, Item }));
    const store = createDynamoDbRunStore(access);
    await expect.poll(() => idsIn(store.list(0))).toEqual(['no-run']);
    for await (const run of store.list(0)) expect(JSON.stringify(run)).not.toContain('example.com');
  });
});

function open(createStore: (clock: Clock) => RunStore): Promise<RunStoreWorld> {
  let now = NOW;
  const setClock = (ms: number): void => {
    now = ms;
  };
  return Promise.resolve({ store: createStore({ now: () => now }), setClock });
}
