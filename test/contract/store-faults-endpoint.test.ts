import {
  BatchGetItemCommand,
  ListTablesCommand,
  TransactionCanceledException,
  TransactionConflictException,
} from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  BatchWriteCommand,
  DeleteCommand,
  GetCommand,
  PutCommand,
  QueryCommand,
  ScanCommand,
  TransactGetCommand,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import type { DynamoDBDocumentClient, QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startDynamoDbEngine } from '../../infra/local/dynamodb/engine.ts';
import { startFaultyEndpoint } from '../../infra/local/dynamodb/faulty-endpoint.ts';
import type { FaultyEndpoint, StoreFaults } from '../../infra/local/dynamodb/faulty-endpoint.ts';
import { createDynamoDbClient } from '../../shared/adapters/dynamodb/client.ts';
import { startFaultyTables } from '../support/dynamodb/faulty-tables.ts';
import type { FaultyTables } from '../support/dynamodb/faulty-tables.ts';
import { identity } from '../support/dynamodb/test-tables.ts';

let tables: FaultyTables;
let endpoint: FaultyEndpoint;
let client: DynamoDBDocumentClient;
let truth: DynamoDBDocumentClient;
let TableName: string;

beforeAll(async () => {
  tables = await startFaultyTables();
  ({ endpoint, client, truth } = tables);
});
afterAll(() => tables?.close());
beforeEach(async () => {
  endpoint.setFaults({});
  TableName = await tables.create();
});

type Attributes = Record<string, unknown>;

function put(pk: string, attributes: Attributes = {}, through = client): Promise<unknown> {
  return through.send(new PutCommand({ TableName, Item: { pk, ...attributes } }));
}

async function get(pk: string, through = client, ConsistentRead = false): Promise<Attributes | undefined> {
  return (await through.send(new GetCommand({ TableName, Key: { pk }, ConsistentRead }))).Item;
}

function truly(pk: string): Promise<Attributes | undefined> {
  return get(pk, truth, true);
}

/** What a call ends in: the error's name, or `done`. */
function endOf(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => 'done',
    (error: unknown) => (error instanceof Error ? error.name : String(error)),
  );
}

function group(input: Partial<QueryCommandInput> = {}): QueryCommand {
  return new QueryCommand({
    TableName,
    IndexName: 'byGroup',
    KeyConditionExpression: '#g = :g',
    ...input,
    ExpressionAttributeNames: { '#g': 'group', ...input.ExpressionAttributeNames },
    ExpressionAttributeValues: { ':g': 'g', ...input.ExpressionAttributeValues },
  });
}

async function listed(through = client): Promise<unknown[]> {
  return keysOf((await through.send(group())).Items);
}

function keysOf(items: readonly Attributes[] | undefined): unknown[] {
  return (items ?? []).map((item) => item['pk']);
}

describe('an endpoint without faults', () => {
  it('answers as the engine does', async () => {
    await put('a', { group: 'g', sort: '1', text: 'écrit ✍️', list: [1, { deep: null }], blob: Buffer.from([0, 255]) });
    expect(await get('a')).toEqual(await truly('a'));
    expect(await get('missing')).toBeUndefined();
    expect(await listed()).toEqual(['a']);
    const batch = await client.send(new BatchGetCommand({ RequestItems: { [TableName]: { Keys: [{ pk: 'a' }] } } }));
    expect(batch.Responses?.[TableName]).toEqual([await truly('a')]);
  });

  it('hands refusals on as they are', async () => {
    await put('a', { owner: 'ada' });
    const again = new PutCommand({
      TableName,
      Item: { pk: 'a' },
      ConditionExpression: 'attribute_not_exists(pk)',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
    await expect(client.send(again)).rejects.toMatchObject({
      name: 'ConditionalCheckFailedException',
      Item: { owner: { S: 'ada' } },
      $metadata: { httpStatusCode: 400 },
    });
    const elsewhere = new GetCommand({ TableName: 'no-such-table', Key: { pk: 'a' } });
    await expect(client.send(elsewhere)).rejects.toThrow(
      expect.objectContaining({ name: 'ResourceNotFoundException' }),
    );
  });

  it('takes large items, and many calls at a time', async () => {
    const large = 'x'.repeat(380_000);
    await put('large', { large });
    expect((await get('large'))?.['large']).toBe(large);
    await Promise.all(Array.from({ length: 200 }, (_, n) => put(`many${n}`, { n })));
    const items = await Promise.all(Array.from({ length: 200 }, (_, n) => get(`many${n}`)));
    expect(items.map((item) => item?.['n'])).toEqual(Array.from({ length: 200 }, (_, n) => n));
  });

  it('tells who listens of each call that may have written, also of one whose answer is lost', async () => {
    let writes = 0;
    const stop = endpoint.onWrite(() => (writes += 1));
    await put('a');
    await get('a');
    await listed();
    await expect.poll(() => writes).toBe(1);
    endpoint.setFaults({ resetAfter: 1 });
    expect(await endOf(client.send(new DeleteCommand({ TableName, Key: { pk: 'a' } })))).not.toBe('done');
    endpoint.setFaults({});
    await client.send(
      new BatchWriteCommand({ RequestItems: { [TableName]: [{ PutRequest: { Item: { pk: 'b' } } }] } }),
    );
    await expect.poll(() => writes).toBe(3);
    stop();
    await put('a');
    await put('b');
    expect(writes).toBe(3);
  });

  it('keeps no connection for an engine that ends, and says nothing in its place', async () => {
    const engine = await startDynamoDbEngine();
    const other = await startFaultyEndpoint({ engineUrl: engine.url });
    const limits = { requestTimeoutMs: 5_000, connectionTimeoutMs: 5_000, maxAttempts: 1 };
    const orphan = createDynamoDbClient(limits, { endpoint: other.url, ...identity() });
    const read = new GetCommand({ TableName: 'table', Key: { pk: 'a' } });
    expect(await endOf(orphan.send(read))).toBe('ResourceNotFoundException');
    await engine.close();
    await expect(orphan.send(read)).rejects.toMatchObject({ code: 'ECONNRESET' });
    other.setFaults({ throttle: 0.000_001 });
    await expect(orphan.send(read)).rejects.toMatchObject({ code: 'ECONNRESET' });
    orphan.destroy();
    await other.close();
    await expect(fetch(other.url)).rejects.toThrow('fetch failed');
  });

  it.each<[string, Partial<StoreFaults>]>([
    ['throttle', { throttle: 1.1 }],
    ['conflict', { conflict: -0.1 }],
    ['error500', { error500: Number.NaN }],
    ['staleReads.rate', { staleReads: { rate: 2, writes: 1 } }],
    ['slowMs', { slowMs: -1 }],
    ['indexLag', { indexLag: Number.NaN }],
  ])('refuses a senseless %s and keeps what stands', (name, faults) => {
    endpoint.setFaults({ slowMs: 1 });
    expect(() => endpoint.setFaults(faults)).toThrow(new RegExp(`^${name} is `));
    expect(endpoint.faults()).toMatchObject({ slowMs: 1, throttle: 0 });
  });
});

describe('a throttled call', () => {
  it('is refused in each of the forms that AWS has, and not applied', async () => {
    endpoint.setFaults({ throttle: 1 });
    const ends = await Promise.all(Array.from({ length: 40 }, (_, n) => endOf(put(`a${n}`))));
    expect(new Set(ends)).toEqual(new Set(['ProvisionedThroughputExceededException', 'ThrottlingException']));
    expect(await endOf(get('a'))).not.toBe('done');
    expect((await truth.send(new ScanCommand({ TableName }))).Items).toEqual([]);
  });

  it('is as frequent as it is said to be, and the same seed strikes the same calls', async () => {
    const strikes = async (seed: number): Promise<boolean[]> => {
      const seeded = await startFaultyTables(seed);
      const table = await seeded.create();
      seeded.endpoint.setFaults({ throttle: 0.2 });
      const struck: boolean[] = [];
      for (let n = 0; n < 300; n += 1) {
        const call = seeded.client.send(new GetCommand({ TableName: table, Key: { pk: 'a' } }));
        struck.push((await endOf(call)) !== 'done');
      }
      await seeded.close();
      return struck;
    };
    const [one, same, other] = await Promise.all([strikes(7), strikes(7), strikes(8)]);
    const share = one.filter(Boolean).length / one.length;
    expect(share).toBeGreaterThan(0.13);
    expect(share).toBeLessThan(0.27);
    expect(same).toEqual(one);
    expect(other).not.toEqual(one);
  });

  it('may be a whole transaction', async () => {
    endpoint.setFaults({ throttle: 1 });
    const write = new TransactWriteCommand({ TransactItems: [{ Put: { TableName, Item: { pk: 'a' } } }] });
    const errors = await Promise.all(
      Array.from({ length: 30 }, () => client.send(write).catch((error: unknown) => error)),
    );
    const cancelled = errors.find((error) => error instanceof TransactionCanceledException);
    expect(cancelled?.CancellationReasons).toMatchObject([{ Code: 'ThrottlingError' }]);
    expect(await truly('a')).toBeUndefined();
  });
});

describe('a conflict with a transaction', () => {
  const both = (): TransactWriteCommand =>
    new TransactWriteCommand({
      TransactItems: [{ Put: { TableName, Item: { pk: 'a' } } }, { Delete: { TableName, Key: { pk: 'b' } } }],
    });

  it('refuses each kind of single write, and no read', async () => {
    endpoint.setFaults({ conflict: 1 });
    const update = new UpdateCommand({ TableName, Key: { pk: 'a' } });
    for (const write of [
      put('a'),
      client.send(update),
      client.send(new DeleteCommand({ TableName, Key: { pk: 'a' } })),
    ]) {
      await expect(write).rejects.toThrow(TransactionConflictException);
    }
    expect(await get('a')).toBeUndefined();
    expect(await listed()).toEqual([]);
    expect(await truly('a')).toBeUndefined();
  });

  it('cancels a transaction, names the item by its place, and applies none', async () => {
    await put('b', {}, truth);
    endpoint.setFaults({ conflict: 1 });
    const error = await client.send(both()).catch((cause: unknown) => cause);
    if (!(error instanceof TransactionCanceledException)) throw new Error('The transaction was not cancelled.');
    const codes = error.CancellationReasons?.map(({ Code }) => Code);
    expect(codes?.toSorted()).toEqual(['None', 'TransactionConflict']);
    expect(error.message).toContain(`[${codes?.join(', ')}]`);
    expect([await truly('a'), await truly('b')]).toEqual([undefined, { pk: 'b' }]);
    const reading = new TransactGetCommand({ TransactItems: [{ Get: { TableName, Key: { pk: 'b' } } }] });
    await expect(client.send(reading)).rejects.toThrow(TransactionCanceledException);
  });
});

describe('an error 500', () => {
  it('leaves open whether the write was applied', async () => {
    endpoint.setFaults({ error500: 1 });
    const ends = await Promise.all(Array.from({ length: 40 }, (_, n) => endOf(put(`a${n}`))));
    expect(new Set(ends)).toEqual(new Set(['InternalServerError']));
    const applied = (await truth.send(new ScanCommand({ TableName }))).Count ?? 0;
    expect(applied).toBeGreaterThan(5);
    expect(applied).toBeLessThan(35);
  });
});

describe('a connection that is reset', () => {
  it('before the engine has seen the call leaves nothing', async () => {
    endpoint.setFaults({ resetBefore: 1 });
    await expect(put('a')).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(await truly('a')).toBeUndefined();
  });

  it('after the write was applied loses the answer alone', async () => {
    endpoint.setFaults({ resetAfter: 1 });
    await expect(put('a')).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(await truly('a')).toEqual({ pk: 'a' });
  });
});

describe('a slow answer', () => {
  it('takes as much longer as it is said to', async () => {
    endpoint.setFaults({ slowMs: 120 });
    const start = performance.now();
    await put('a');
    expect(performance.now() - start).toBeGreaterThanOrEqual(118);
  });

  it('is applied also when nobody waits for it any more', async () => {
    endpoint.setFaults({ slowMs: 300 });
    const hasty = tables.connect({ requestTimeoutMs: 50 });
    expect(await endOf(put('a', {}, hasty))).toBe('TimeoutError');
    expect(await truly('a')).toBeUndefined();
    await expect.poll(() => truly('a')).toEqual({ pk: 'a' });
  });
});

describe('an endpoint that is down', () => {
  it('refuses every connection, those that were open too', async () => {
    await get('a');
    endpoint.setFaults({ down: 'refusing' });
    await expect(get('a')).rejects.toMatchObject({ code: 'ECONNRESET' });
    const other = tables.connect({});
    await expect(get('a', other)).rejects.toMatchObject({ code: 'ECONNRESET' });
    endpoint.setFaults({});
    expect(await get('a')).toBeUndefined();
  });

  it('or never answers, until it is back', async () => {
    const hasty = tables.connect({ requestTimeoutMs: 100 });
    endpoint.setFaults({ down: 'silent' });
    const patient = put('a');
    expect(await endOf(put('b', {}, hasty))).toBe('TimeoutError');
    endpoint.setFaults({});
    await expect(patient).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect([await truly('a'), await truly('b')]).toEqual([undefined, undefined]);
    await put('b', {}, hasty);
    expect(await truly('b')).toEqual({ pk: 'b' });
  });

  it('or does some of either', async () => {
    endpoint.setFaults({ down: true });
    const clients = Array.from({ length: 20 }, () => tables.connect({ requestTimeoutMs: 200 }));
    const errors = await Promise.all(clients.map((other) => put('a', {}, other).catch((error: unknown) => error)));
    const resets = errors.filter((error) => error instanceof Error && 'code' in error && error.code === 'ECONNRESET');
    expect(errors.every((error) => error instanceof Error)).toBe(true);
    expect(resets.length).toBeGreaterThan(0);
    expect(resets.length).toBeLessThan(20);
    expect(await truly('a')).toBeUndefined();
  });
});

describe('a partial batch', () => {
  const keys = Array.from({ length: 25 }, (_, n) => ({ pk: `a${n}` }));

  it('writes some and lists the others, which a repetition writes', async () => {
    endpoint.setFaults({ partialBatch: 1 });
    let left: NonNullable<ConstructorParameters<typeof BatchWriteCommand>[0]['RequestItems']> = {
      [TableName]: keys.map((Item) => ({ PutRequest: { Item } })),
    };
    let rounds = 0;
    for (; Object.keys(left).length > 0; rounds += 1) {
      const before = left[TableName]?.length ?? 0;
      left = (await client.send(new BatchWriteCommand({ RequestItems: left }))).UnprocessedItems ?? {};
      expect(left[TableName]?.length ?? 0).toBeLessThan(before);
      expect((await truth.send(new ScanCommand({ TableName }))).Count).toBe(25 - (left[TableName]?.length ?? 0));
    }
    expect(rounds).toBeGreaterThan(1);
  });

  it('reads some and lists the keys of the others with what was asked of them', async () => {
    for (const { pk } of keys) await put(pk, { colour: 'red', size: 1 }, truth);
    endpoint.setFaults({ partialBatch: 1 });
    const RequestItems = { [TableName]: { Keys: keys, ProjectionExpression: 'pk, colour', ConsistentRead: true } };
    const { Responses, UnprocessedKeys } = await client.send(new BatchGetCommand({ RequestItems }));
    const read = Responses?.[TableName] ?? [];
    const left = UnprocessedKeys?.[TableName];
    expect(left).toMatchObject({ ProjectionExpression: 'pk, colour', ConsistentRead: true });
    for (const item of read) expect(Object.keys(item).toSorted()).toEqual(['colour', 'pk']);
    const all = [...read, ...(left?.Keys ?? [])].map(({ pk }) => String(pk));
    expect(all.toSorted()).toEqual(keys.map(({ pk }) => pk).toSorted());
    expect(left?.Keys?.length).toBeGreaterThan(0);
    expect(read.length).toBeGreaterThan(0);
  });

  it('is never one of a single item: DynamoDB would throw', async () => {
    endpoint.setFaults({ partialBatch: 1 });
    const one = { [TableName]: { Keys: [{ pk: { S: 'a' } }] } };
    for (let n = 0; n < 10; n += 1) {
      const { UnprocessedKeys } = await client.send(new BatchGetItemCommand({ RequestItems: one }));
      expect(UnprocessedKeys ?? {}).toEqual({});
    }
  });
});

describe('a stale read', () => {
  it('is answered as the table was so many writes ago, a consistent one never', async () => {
    await put('a', { n: 0 });
    endpoint.setFaults({ staleReads: { rate: 1, writes: 2 } });
    const seen: unknown[] = [];
    for (const n of [1, 2, 3]) {
      await put('a', { n });
      seen.push((await get('a'))?.['n']);
      expect((await get('a', client, true))?.['n']).toBe(n);
    }
    expect(seen).toEqual([0, 0, 1]);
  });

  it('may not see a creation yet, and still see what was deleted', async () => {
    endpoint.setFaults({ staleReads: { rate: 1, writes: 1 } });
    await put('a');
    expect(await get('a')).toBeUndefined();
    await client.send(new DeleteCommand({ TableName, Key: { pk: 'a' } }));
    expect(await get('a')).toEqual({ pk: 'a' });
    await put('b');
    expect(await get('a')).toBeUndefined();
  });

  it('is one of several with a rate below 1', async () => {
    endpoint.setFaults({ staleReads: { rate: 0.5, writes: 1 } });
    await put('a');
    const reads = await Promise.all(Array.from({ length: 30 }, () => get('a')));
    expect(new Set(reads.map((item) => item !== undefined))).toEqual(new Set([true, false]));
  });
});

describe('an index that lags', () => {
  it('hides the last writes, whatever wrote them, and shows what they replaced', async () => {
    await put('old', { group: 'g', sort: '1' });
    endpoint.setFaults({ indexLag: 2 });
    await put('a', { group: 'g', sort: '2' });
    const batch = [{ PutRequest: { Item: { pk: 'b', group: 'g', sort: '3' } } }];
    await client.send(new BatchWriteCommand({ RequestItems: { [TableName]: batch } }));
    expect([await listed(), await listed(truth)]).toEqual([['old'], ['old', 'a', 'b']]);
    const moved = { TableName, Key: { pk: 'old' }, UpdateExpression: 'SET #g = :h' };
    const names = { ExpressionAttributeNames: { '#g': 'group' }, ExpressionAttributeValues: { ':h': 'h' } };
    await client.send(new TransactWriteCommand({ TransactItems: [{ Update: { ...moved, ...names } }] }));
    expect([await listed(), await listed(truth)]).toEqual([
      ['old', 'a'],
      ['a', 'b'],
    ]);
    expect(await get('b')).toMatchObject({ pk: 'b' });
    await put('c');
    await put('d');
    expect(await listed()).toEqual(['a', 'b']);
  });

  it('does not count a write that was refused', async () => {
    endpoint.setFaults({ indexLag: 1 });
    await put('a', { group: 'g', sort: '1' });
    const refused = new PutCommand({ TableName, Item: { pk: 'a' }, ConditionExpression: 'attribute_not_exists(pk)' });
    expect(await endOf(client.send(refused))).toBe('ConditionalCheckFailedException');
    expect(await listed()).toEqual([]);
  });

  it('pages through what it has, and speaks of the table by its name', async () => {
    endpoint.setFaults({ indexLag: 1 });
    for (const n of [1, 2, 3, 4]) await put(`a${n}`, { group: 'g', sort: String(n) });
    const first = await client.send(group({ Limit: 2, ReturnConsumedCapacity: 'TOTAL' }));
    expect(first.ConsumedCapacity?.TableName).toBe(TableName);
    const second = await client.send(group({ ExclusiveStartKey: first.LastEvaluatedKey }));
    expect([...keysOf(first.Items), ...keysOf(second.Items)]).toEqual(['a1', 'a2', 'a3']);
  });

  it('keeps up with writes that come at the same time', async () => {
    endpoint.setFaults({ indexLag: 1 });
    await Promise.all(Array.from({ length: 300 }, (_, n) => put('a', { group: 'g', sort: String(n) })));
    await put('last');
    expect((await client.send(group())).Items).toEqual((await truth.send(group())).Items);
  });

  it('catches up when the fault is lifted, and leaves no copy behind', async () => {
    endpoint.setFaults({ indexLag: 5, staleReads: { rate: 1, writes: 5 } });
    await put('a', { group: 'g', sort: '1' });
    expect(await listed()).toEqual([]);
    const copies = async (): Promise<string[]> =>
      ((await truth.send(new ListTablesCommand({}))).TableNames ?? []).filter((name) =>
        name.startsWith(`${TableName}.`),
      );
    expect(await copies()).toHaveLength(2);
    endpoint.setFaults({});
    expect(await listed()).toEqual(['a']);
    await expect.poll(copies).toEqual([]);
  });

  it('leaves it to the engine to say that there is no such table', async () => {
    endpoint.setFaults({ indexLag: 5, staleReads: { rate: 1, writes: 5 }, refuseUnprojected: true });
    const missing = 'no-such-table';
    const read = client.send(new GetCommand({ TableName: missing, Key: { pk: 'a' } }));
    expect(await endOf(read)).toBe('ResourceNotFoundException');
    const query = client.send(new QueryCommand({ ...group().input, TableName: missing }));
    expect(await endOf(query)).toBe('ResourceNotFoundException');
  });
});

describe('an index that is held to what it projects', () => {
  beforeEach(async () => {
    await put('a', { group: 'g', sort: '1', fingerprint: 'print', email: 'ada@example.com' });
    endpoint.setFaults({ refuseUnprojected: true });
  });

  it.each<[string, Partial<QueryCommandInput>, string]>([
    ['asks for another attribute', { ProjectionExpression: 'pk, email' }, 'does not project [email]'],
    [
      'asks for one under a stand-in',
      { ProjectionExpression: '#e.deep[0]', ExpressionAttributeNames: { '#e': 'email' } },
      'does not project [email]',
    ],
    [
      'filters on one',
      { FilterExpression: 'attribute_exists(email) AND NOT size(#n) > :one', ...valueOf(1, { '#n': 'firstName' }) },
      'does not project [email, firstName]',
    ],
    ['asks for all', { Select: 'ALL_ATTRIBUTES' }, 'Select type ALL_ATTRIBUTES is not supported'],
  ])('refuses a query that %s', async (_name, input, message) => {
    for (const command of [group(input), scanLike(input)]) {
      await expect(client.send(command)).rejects.toMatchObject({ name: 'ValidationException' });
      await expect(client.send(command)).rejects.toThrow(message);
    }
  });

  it.each<[string, Partial<QueryCommandInput>]>([
    ['asks for nothing in particular', {}],
    ['asks for keys and what is projected', { ProjectionExpression: 'pk, sort, #g, fingerprint' }],
    [
      'filters on what is projected',
      { FilterExpression: 'begins_with(fingerprint, :p) AND profileAsOf = :none OR fingerprint IN (:p)', ...prints() },
    ],
  ])('answers a query that %s', async (_name, input) => {
    const { Items } = await client.send(group(input));
    expect(Items).toEqual((await truth.send(group(input))).Items);
  });

  it('says nothing to reads of the table itself', async () => {
    const scan = new ScanCommand({
      TableName,
      ProjectionExpression: 'email',
      FilterExpression: 'attribute_exists(email)',
    });
    expect((await client.send(scan)).Items).toEqual([{ email: 'ada@example.com' }]);
  });

  function scanLike({
    ProjectionExpression,
    FilterExpression,
    Select,
    ...names
  }: Partial<QueryCommandInput>): ScanCommand {
    return new ScanCommand({
      TableName,
      IndexName: 'byGroup',
      ProjectionExpression,
      FilterExpression,
      Select,
      ...names,
    });
  }
});

function valueOf(value: unknown, names: Record<string, string>): Partial<QueryCommandInput> {
  return { ExpressionAttributeNames: names, ExpressionAttributeValues: { ':one': value } };
}

function prints(): Partial<QueryCommandInput> {
  return { ExpressionAttributeValues: { ':p': 'print', ':none': 0 } };
}
