import { CreateTableCommand } from '@aws-sdk/client-dynamodb';
import { GetCommand, PutCommand, QueryCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { asRecord, asText } from '../../infra/local/cloud/json.ts';
import { startDynamoDbEngine } from '../../infra/local/dynamodb/engine.ts';
import { createDynamoDbClient } from '../../shared/adapters/dynamodb/client.ts';
import { listWith } from '../support/cloud/matchers.ts';
import { call, invoked, startOrchard } from '../support/cloud/orchard.ts';
import type { JsonAnswer, Orchard } from '../support/cloud/orchard.ts';

let orchard: Orchard;
/** As a function would reach its tables, and as a tool does. */
let theirs: DynamoDBDocumentClient;
let truth: DynamoDBDocumentClient;
let functionsUrl: string;

beforeAll(async () => {
  orchard = await startOrchard();
  const { environment } = await invoked(orchard.cloud, 'Echo', {});
  functionsUrl = asText(asRecord(environment)['AWS_ENDPOINT_URL_DYNAMODB']) ?? '';
  theirs = connect(functionsUrl);
  truth = connect(orchard.cloud.dynamodbUrl);
});
afterAll(async () => {
  theirs?.destroy();
  truth?.destroy();
  await orchard?.close();
});
beforeEach(() => faults({}));

function connect(endpoint: string): DynamoDBDocumentClient {
  const limits = { requestTimeoutMs: 400, connectionTimeoutMs: 400, maxAttempts: 1 };
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  return createDynamoDbClient(limits, { endpoint, region: 'us-east-1', credentials });
}

function faults(body: unknown): Promise<JsonAnswer> {
  return call(`${orchard.url}/__local/store`, { method: 'PUT', body: JSON.stringify(body) });
}

async function read(client: DynamoDBDocumentClient): Promise<unknown> {
  return (await client.send(new GetCommand({ TableName: 'basket', Key: { owner: 'ada', at: 1 } }))).Item;
}

function write(n: number): Promise<unknown> {
  return theirs.send(new PutCommand({ TableName: 'basket', Item: { owner: 'bob', at: n } }));
}

describe('the store of a local cloud', () => {
  it('lies between the functions and the engine, and others reach the engine itself', async () => {
    expect(functionsUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(functionsUrl).not.toBe(orchard.cloud.dynamodbUrl);
    await theirs.send(new PutCommand({ TableName: 'basket', Item: { owner: 'ada', at: 1, fruit: 'apple' } }));
    expect(await read(truth)).toEqual({ owner: 'ada', at: 1, fruit: 'apple' });
    const { body } = await call(`${orchard.url}/__local`);
    expect(body).toMatchObject({
      dynamodb: orchard.cloud.dynamodbUrl,
      controls: listWith('GET /__local/store', 'PUT /__local/store { throttle, reset, slowMs, down }'),
    });
  });

  it('has no faults until somebody asks for some', async () => {
    const { status, body } = await call(`${orchard.url}/__local/store`);
    expect([status, body]).toEqual([200, { throttle: 0, reset: 0, slowMs: 0, down: false }]);
  });

  it('takes a whole set of faults at a time: what is left out is none', async () => {
    const all = { throttle: 0.25, reset: 0.5, slowMs: 20, down: true };
    expect((await faults(all)).body).toEqual(all);
    expect((await faults({ slowMs: 5 })).body).toEqual({ throttle: 0, reset: 0, slowMs: 5, down: false });
    expect((await call(`${orchard.url}/__local/store`)).body).toMatchObject({ slowMs: 5 });
    const cleared = await call(`${orchard.url}/__local/store`, { method: 'PUT' });
    expect(cleared.body).toEqual({ throttle: 0, reset: 0, slowMs: 0, down: false });
  });

  it.each<[unknown, RegExp]>([
    [{ throttle: 1.5 }, /^throttle must be a rate/],
    [{ reset: '1' }, /^reset must be a rate/],
    [{ slowMs: -1 }, /^slowMs must be milliseconds/],
    [{ slowMs: 600_001 }, /^slowMs must be milliseconds from 0 to 600000/],
    [{ down: 1 }, /^down must be true or false/],
    [{ down: null, throttle: null, slow: 3 }, /^slow is unknown: .*slowMs/],
    [[], /^The body must be a JSON object with any of throttle/],
    ['x'.repeat(70_000), /^The body must be a JSON object/],
  ])('refuses %j, says what is wrong and leaves the faults as they were', async (body, message) => {
    await faults({ slowMs: 3 });
    const { status, body: answer } = await faults(body);
    expect([status, answer['error']]).toEqual([400, expect.stringMatching(message)]);
    expect((await call(`${orchard.url}/__local/store`)).body).toMatchObject({ slowMs: 3 });
  });

  it("counts the calls of the functions by what they ask for, and nobody else's", async () => {
    const counted = async () => (await call(`${orchard.url}/__local/calls`)).body;
    const before = await counted();
    await read(theirs);
    await read(truth);
    await write(7);
    await faults({ throttle: 1 });
    await expect(read(theirs)).rejects.toThrow(/[Tt]hroughput/);
    const after = await counted();
    const more = (name: string) => Number(after[name] ?? 0) - Number(before[name] ?? 0);
    expect([more('PutItem'), more('Scan')]).toEqual([1, 0]);
    // One that passed, and at least one that was throttled: the client tries again.
    expect(more('GetItem')).toBeGreaterThanOrEqual(2);
  });

  it('holds indexes to what they project, whatever the faults', async () => {
    const key = (AttributeName: string) => [{ AttributeName, KeyType: 'HASH' as const }];
    const TableName = 'labels';
    await truth.send(
      new CreateTableCommand({
        TableName,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: ['pk', 'shelf'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
        KeySchema: key('pk'),
        GlobalSecondaryIndexes: [
          { IndexName: 'byShelf', KeySchema: key('shelf'), Projection: { ProjectionType: 'KEYS_ONLY' } },
        ],
      }),
    );
    const wanting = { TableName, IndexName: 'byShelf', ProjectionExpression: 'colour' };
    await expect(truth.send(new ScanCommand(wanting))).resolves.toMatchObject({ Count: 0 });
    for (const set of [{}, { slowMs: 1 }]) {
      await faults(set);
      await expect(theirs.send(new ScanCommand(wanting))).rejects.toThrow('byShelf does not project [colour]');
    }
  });

  it('knows no other method', async () => {
    const answers = await Promise.all(
      ['POST', 'DELETE'].map((method) => call(`${orchard.url}/__local/store`, { method })),
    );
    expect(answers.map(({ status }) => status)).toEqual([404, 404]);
  });
});

describe('the functions of a local cloud, told to fail,', () => {
  it('are throttled, while the engine itself is not', async () => {
    await faults({ throttle: 1 });
    await expect(read(theirs)).rejects.toThrow(/[Tt]hroughput/);
    await expect(read(truth)).resolves.toBeDefined();
  });

  it('lose their connection, half of the time after the write was applied', async () => {
    await faults({ reset: 1 });
    const writes = Array.from({ length: 40 }, (_, n) => write(n).catch((error: unknown) => error));
    for (const error of await Promise.all(writes)) expect(error).toMatchObject({ code: 'ECONNRESET' });
    const { Count: applied = 0 } = await truth.send(
      new QueryCommand({
        TableName: 'basket',
        KeyConditionExpression: '#o = :o',
        ExpressionAttributeNames: { '#o': 'owner' },
        ExpressionAttributeValues: { ':o': 'bob' },
      }),
    );
    expect(applied).toBeGreaterThan(5);
    expect(applied).toBeLessThan(36);
  });

  it('wait for a slow answer', async () => {
    await faults({ slowMs: 100 });
    const start = performance.now();
    await read(theirs);
    expect(performance.now() - start).toBeGreaterThanOrEqual(98);
  });

  it('reach nobody when it is down, and go on when it is up', async () => {
    await faults({ down: true });
    const calls = Array.from({ length: 6 }, () => read(theirs).catch((error: unknown) => error));
    for (const end of await Promise.all(calls)) expect(end).toMatchObject({ name: 'TimeoutError' });
    await expect(read(truth)).resolves.toBeDefined();
    await faults({});
    expect(await read(theirs)).toEqual(await read(truth));
  });
});

describe('the engine of a local cloud', () => {
  const restart = () => call(`${orchard.url}/__local/store/restart`, { method: 'POST' });

  it('is killed and comes back at its address with all that was written, again and again', async () => {
    for (let n = 0; n < 3; n += 1) {
      await theirs.send(new PutCommand({ TableName: 'basket', Item: { owner: 'eve', at: n } }));
      const { status, body } = await restart();
      expect([status, body]).toEqual([200, { restarted: true, ms: expect.any(Number) as number }]);
      const key = { TableName: 'basket', Key: { owner: 'eve', at: n }, ConsistentRead: true };
      expect((await theirs.send(new GetCommand(key))).Item).toEqual({ owner: 'eve', at: n });
    }
  });

  it('is restarted once for all who ask at the same time, and meanwhile loses what is under way, not what was written', async () => {
    const writes = Array.from({ length: 30 }, (_, n) => write(1_000 + n).then(() => 1_000 + n));
    const [one, other, ...ends] = await Promise.allSettled([restart(), restart(), ...writes]);
    expect([one, other].map((end) => end?.status === 'fulfilled' && end.value.status)).toEqual([200, 200]);
    const written = ends.flatMap((end) => (end.status === 'fulfilled' ? [end.value] : []));
    for (const at of written) {
      const { Item } = await truth.send(new GetCommand({ TableName: 'basket', Key: { owner: 'bob', at } }));
      expect(Item).toEqual({ owner: 'bob', at });
    }
  });

  it('is not restarted where that would lose what it keeps', async () => {
    const engine = await startDynamoDbEngine();
    await expect(engine.restart()).rejects.toThrow('keeps its tables in memory');
    expect((await fetch(engine.url)).status).toBeGreaterThan(0);
    await engine.close();
  });
});
