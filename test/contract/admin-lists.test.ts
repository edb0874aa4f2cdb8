import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDynamoDbConflictList } from '../../shared/adapters/dynamodb/conflict-list.ts';
import { readIndexPage } from '../../shared/adapters/dynamodb/index-page.ts';
import { createDynamoDbRunHistory } from '../../shared/adapters/dynamodb/run-history.ts';
import { createDynamoDbRunStore } from '../../shared/adapters/dynamodb/run-store.ts';
import { createMemoryConflictList } from '../../shared/adapters/memory/conflict-list.ts';
import { createMemoryRunHistory } from '../../shared/adapters/memory/run-history.ts';
import { createMemoryRunStore } from '../../shared/adapters/memory/run-store.ts';
import type { Name } from '../../shared/domain/names.ts';
import type { ConflictList } from '../../shared/ports/conflict-list.ts';
import type { RunHistory } from '../../shared/ports/run-history.ts';
import type { Run, RunStore } from '../../shared/ports/run-store.ts';
import { isReadable } from '../../shared/ports/unreadable.ts';
import { readPages } from '../support/contracts/pages.ts';
import { NOW } from '../support/contracts/users.ts';
import type { TestTables } from '../support/dynamodb/test-tables.ts';
import { startTestTables } from '../support/dynamodb/test-tables.ts';

let tables: TestTables;
beforeAll(async () => {
  tables = await startTestTables();
});
afterAll(() => tables.close());

const clock = { now: () => NOW };
const access = async () => ({ client: tables.client, tableName: await tables.create(), clock });

const RUN: Omit<Run, 'id' | 'startedAt'> = {
  mode: 'full',
  status: 'requested',
  endedAt: undefined,
  counts: { clerkUsers: 0, storedUsers: 0, created: 0, updated: 0, deleted: 0, restored: 0, suspects: 0, conflicts: 0 },
  drift: {},
  report: {},
  heldBecause: undefined,
  failedBecause: undefined,
};

describe.each([
  ['in memory', inMemory],
  ['in DynamoDB', inDynamoDb],
])('run history: %s', (_, open) => {
  it('lists runs by pages, the latest first, each as it is now', async () => {
    const { runs, history } = await open();
    expect(await history.list({ limit: 5 })).toEqual({ items: [], next: undefined });
    for (const n of [2, 0, 1, 3, 4]) await runs.save({ ...RUN, id: `run_${n}`, startedAt: NOW + (n >> 1) });
    await runs.save({ ...RUN, id: 'run_4', startedAt: NOW + 9, status: 'in-sync' });
    const listed = await readPages((page) => history.list(page), 2);
    expect(listed.map((run) => [run.id, isReadable(run) && run.status])).toEqual([
      ['run_4', 'in-sync'],
      ['run_3', 'requested'],
      ['run_2', 'requested'],
      ['run_1', 'requested'],
      ['run_0', 'requested'],
    ]);
  });
});

describe.each([
  ['in memory', conflictsInMemory],
  ['in DynamoDB', conflictsInDynamoDb],
])('conflict list: %s', (_, open) => {
  it('lists names by pages, the longest waited for first', async () => {
    const names: Name[] = [
      { kind: 'username', value: 'zed' },
      { kind: 'email', value: 'ada@example.com' },
      { kind: 'email', value: 'bob@example.com' },
    ];
    const list = await open(names);
    expect(await readPages((page) => list.list(page), 2)).toEqual(names);
    expect(await readPages((page) => list.list(page), 3)).toEqual(names);
  });
});

describe('A page of the index', () => {
  it('stays in its partition, whatever a client says where it goes on', async () => {
    const deps = await access();
    for (const group of ['audit', 'runs', 'zebra']) {
      for (const sort of ['1', '2']) {
        const Item = { pk: `${group}#${sort}`, group, sort };
        await deps.client.send(new PutCommand({ TableName: deps.tableName, Item }));
      }
    }
    const read = async (after: string, newestFirst: boolean) => {
      const { items } = await readIndexPage(deps, { group: 'runs', newestFirst }, { limit: 5, after });
      return items.map((row) => row['pk']);
    };
    expect(await read('2', true)).toEqual(['runs#1']);
    expect(await read('1', false)).toEqual(['runs#2']);
    for (const after of ['zebra#1', '~~~', '\u{10FFFF}', '!', '0', '1 OR #group = :x']) {
      for (const newestFirst of [true, false]) {
        for (const key of await read(after, newestFirst)) expect(key).toMatch(/^runs#/);
      }
    }
  });
});

async function inMemory(): Promise<{ runs: RunStore; history: RunHistory }> {
  const runs = createMemoryRunStore({ clock });
  return { runs, history: createMemoryRunHistory(runs) };
}

async function inDynamoDb(): Promise<{ runs: RunStore; history: RunHistory }> {
  const deps = await access();
  return { runs: createDynamoDbRunStore(deps), history: createDynamoDbRunHistory(deps) };
}

async function conflictsInMemory(names: readonly Name[]): Promise<ConflictList> {
  return createMemoryConflictList({
    async *listConflicts() {
      yield* names;
    },
  });
}

async function conflictsInDynamoDb(names: readonly Name[]): Promise<ConflictList> {
  const deps = await access();
  for (const [n, { kind, value }] of names.entries()) {
    const Item = { pk: `${kind}#${value}`, group: 'conflict', sort: `${String(n).padStart(13, '0')}#${kind}#${value}` };
    await deps.client.send(new PutCommand({ TableName: deps.tableName, Item }));
  }
  return createDynamoDbConflictList(deps);
}
