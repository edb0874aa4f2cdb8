import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createDynamoDbClient } from '../../shared/adapters/dynamodb/client.ts';
import { createDynamoDbInstanceStore } from '../../shared/adapters/dynamodb/instance-store.ts';
import { createDynamoDbQuarantine } from '../../shared/adapters/dynamodb/quarantine.ts';
import { createDynamoDbRunStore } from '../../shared/adapters/dynamodb/run-store.ts';
import { createDynamoDbUserStore } from '../../shared/adapters/dynamodb/user-store.ts';
import type { UserStore } from '../../shared/ports/user-store.ts';
import { StoreUnavailable } from '../../shared/ports/user-store.ts';
import { all } from '../support/contracts/user-store.ts';
import { aUser, aWrite, NOW } from '../support/contracts/users.ts';
import { answerWith, refusing, startScriptedEndpoint } from '../support/dynamodb/scripted-endpoint.ts';
import type { Treatment } from '../support/dynamodb/scripted-endpoint.ts';

/** Room for a loaded machine: what answers, answers. */
const LIMITS = { requestTimeoutMs: 10_000, connectionTimeoutMs: 10_000, maxAttempts: 1 };
const SHORT = { ...LIMITS, requestTimeoutMs: 200, connectionTimeoutMs: 200 };

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

describe('a table that fails', () => {
  it.each([
    [400, 'ProvisionedThroughputExceededException'],
    [400, 'ThrottlingException'],
    [400, 'RequestLimitExceeded'],
    [400, 'TransactionConflictException'],
    [500, 'InternalServerError'],
    [503, 'ServiceUnavailable'],
    [599, 'SomethingNew'],
  ])('for now (%i %s) is unavailable', async (status, type) => {
    const { store } = await failing(refusing(status, type));
    for (const failure of await failuresOf(store)) {
      expect(failure).toBeInstanceOf(StoreUnavailable);
      expect(failure).toMatchObject({ code: 'store_unavailable', cause: { name: type } });
      expect(String(failure)).toContain(type);
      expect(String(failure)).not.toContain('ada@example.com');
    }
  });

  it.each([
    'AccessDeniedException',
    'ResourceNotFoundException',
    'ValidationException',
    'UnrecognizedClientException',
    'ExpiredTokenException',
    'ItemCollectionSizeLimitExceededException',
  ])('for good (%s) says what it said', async (type) => {
    const { store } = await failing(refusing(400, type));
    for (const failure of await failuresOf(store)) {
      expect(failure).not.toBeInstanceOf(StoreUnavailable);
      expect(failure).toMatchObject({ name: type });
    }
  });

  it('by an answer that is not of DynamoDB is unavailable when a gateway says so', async () => {
    const { store } = await failing((_request, response) => {
      response.writeHead(502, { 'content-type': 'text/html' });
      response.end('<html>Bad gateway</html>');
    });
    for (const failure of await failuresOf(store)) expect(failure).toBeInstanceOf(StoreUnavailable);
  });

  it.each<[string, Treatment]>([
    ['never answers', () => undefined],
    [
      'stops in the middle of an answer',
      (_request, response) => {
        response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0', 'content-length': '1000' });
        response.write('{"Item":');
      },
    ],
    [
      'answers drop by drop',
      (request) => {
        request.socket.write('HTTP/1.1 200 OK\r\n');
        const drops = setInterval(() => request.socket.write('x-drop: 1\r\n'), 50);
        request.socket.once('close', () => clearInterval(drops));
      },
    ],
    ['hangs up', (request) => request.socket.destroy()],
    [
      'hangs up in the middle of an answer',
      (request, response) => {
        response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0', 'content-length': '1000' });
        response.write('{"Item":', () => request.socket.destroy());
      },
    ],
  ])('because it %s is unavailable in bounded time', async (_name, treat) => {
    const { store } = await failing(treat, SHORT);
    const start = performance.now();
    for (const failure of await failuresOf(store)) expect(failure).toBeInstanceOf(StoreUnavailable);
    expect(performance.now() - start).toBeLessThan(5_000);
  });

  it('because nobody listens is unavailable at once', async () => {
    const store = storeAt(`http://127.0.0.1:${await closedPort()}`);
    for (const failure of await failuresOf(store)) expect(failure).toBeInstanceOf(StoreUnavailable);
  });

  it('because its name does not resolve is unavailable', async () => {
    const store = storeAt('http://dynamodb.invalid');
    await expect(store.get('user_ada')).rejects.toThrow(StoreUnavailable);
  });

  it('ends a call when its signal does', async () => {
    const { store } = await failing(() => undefined, { ...LIMITS, requestTimeoutMs: 60_000 });
    const start = performance.now();
    const call = store.get('user_ada', { signal: AbortSignal.timeout(50) });
    await expect(call).rejects.toThrow(StoreUnavailable);
    expect(performance.now() - start).toBeLessThan(5_000);
  });

  it('ends a call by its signal also while the SDK pauses between two attempts', async () => {
    const { store } = await failing(refusing(400, 'ThrottlingException'), { ...LIMITS, maxAttempts: 50 });
    const start = performance.now();
    await expect(store.get('user_ada', { signal: AbortSignal.timeout(100) })).rejects.toThrow(StoreUnavailable);
    expect(performance.now() - start).toBeLessThan(5_000);
  });

  it('is asked as often as the limits say', async () => {
    const { store, endpoint } = await failing(refusing(500, 'InternalServerError'), { ...LIMITS, maxAttempts: 3 });
    await expect(store.get('user_ada')).rejects.toThrow(StoreUnavailable);
    expect(endpoint.requests()).toBe(3);
  });

  it('is left alone by a listing that nobody reads any more', async () => {
    let hanging = 0;
    const { store } = await failing(
      (request, response, body) => {
        if (body.includes('created#2026-03')) return answerWith(response, 200, { Items: [ROW], Count: 1 });
        hanging += 1;
        request.socket.once('close', () => (hanging -= 1));
      },
      { ...LIMITS, requestTimeoutMs: 60_000 },
    );
    for await (const { id } of store.listByCreation(NOW)) {
      expect(id).toBe('user_ada');
      await expect.poll(() => hanging).toBe(1);
      break;
    }
    await expect.poll(() => hanging).toBe(0);
  });

  it('fails the other stores alike', async () => {
    const { deps } = await failing(refusing(500, 'InternalServerError'));
    const runs = createDynamoDbRunStore(deps);
    const instance = createDynamoDbInstanceStore(deps);
    const quarantine = createDynamoDbQuarantine(deps);
    const event = { id: 'msg_1', body: '{}', reason: 'no-id', firstAt: NOW, userId: undefined };
    const failures = await Promise.all(
      [
        runs.get('run'),
        runs.putSuspects('run', 0, ['user_a']),
        all(runs.suspects('run')),
        instance.get(),
        instance.claim('ins_a'),
        quarantine.get('msg_1'),
        quarantine.put(event),
        all(quarantine.list()),
        quarantine.dismiss('msg_1'),
      ].map((call) => call.then(noFailure, (error: unknown) => error)),
    );
    for (const failure of failures) expect(failure).toBeInstanceOf(StoreUnavailable);
  });
});

describe('a read of the table', () => {
  it('is consistent where a write that was acknowledged must be seen, and cheap where it need not', async () => {
    const asked: unknown[] = [];
    const { store, deps } = await failing((_request, response, body) => {
      const { Key, ConsistentRead } = JSON.parse(body) as { Key: { pk: { S: string } }; ConsistentRead: boolean };
      asked.push([Key.pk.S, ConsistentRead]);
      answerWith(response, 200, {});
    });
    await store.get('user_a');
    await store.get('user_a', { consistent: true });
    await createDynamoDbRunStore(deps).get('r1');
    await all(createDynamoDbRunStore(deps).suspects('r1'));
    await createDynamoDbInstanceStore(deps).get();
    await createDynamoDbQuarantine(deps).get('msg_1');
    expect(asked).toEqual([
      ['user#user_a', false],
      ['user#user_a', true],
      ['run#r1', true],
      ['held#r1', true],
      ['settings#instance', true],
      ['quarantine#msg_1', true],
    ]);
  });
});

/** A row of the index in DynamoDB's notation. */
const ROW = {
  pk: { S: 'user#user_ada' },
  group: { S: 'created#2026-03' },
  sort: { S: `${NOW}#user_ada` },
  fingerprint: { S: 'print' },
  profileAsOf: { N: '1' },
  profileSeenAt: { N: '1' },
};

async function failing(
  treat: Treatment,
  limits = LIMITS,
): Promise<{
  store: UserStore;
  deps: ReturnType<typeof depsAt>;
  endpoint: Awaited<ReturnType<typeof startScriptedEndpoint>>;
}> {
  const endpoint = await startScriptedEndpoint(treat);
  cleanups.push(() => endpoint.close());
  const deps = depsAt(endpoint.url, limits);
  return { store: createDynamoDbUserStore(deps), deps, endpoint };
}

function storeAt(url: string): UserStore {
  return createDynamoDbUserStore(depsAt(url));
}

function depsAt(
  endpoint: string,
  limits = LIMITS,
): {
  client: ReturnType<typeof createDynamoDbClient>;
  tableName: string;
  clock: { now: () => number };
} {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = createDynamoDbClient(limits, { endpoint, region: 'us-east-1', credentials });
  cleanups.push(() => client.destroy());
  return { client, tableName: 'some-table', clock: { now: () => NOW } };
}

/** What each kind of call ends in; a call that succeeds is no failure. */
function failuresOf(store: UserStore): Promise<unknown[]> {
  const calls = [
    store.get('user_ada', { consistent: true }),
    store.write(aWrite(aUser('user_ada'))),
    all(store.listByCreation(NOW)),
    all(store.listUnknownCreation()),
  ];
  return Promise.all(calls.map((call) => call.then(noFailure, (error: unknown) => error)));
}

function noFailure(): undefined {
  return undefined;
}

/** A port on which nobody listens any more. */
async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => {
    server.close(resolve);
  });
  return port;
}
