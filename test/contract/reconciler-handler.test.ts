import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { DurableLambdaHandler } from '@aws/durable-execution-sdk-js';
import { LocalDurableTestRunner } from '@aws/durable-execution-sdk-js-testing';
import { DeleteCommand, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { DynamoDbEngine } from '../../infra/local/dynamodb/engine.ts';
import { startDynamoDbEngine } from '../../infra/local/dynamodb/engine.ts';
import { createDynamoDbClient } from '../../shared/adapters/dynamodb/client.ts';
import type { StandInUnderTest } from '../support/clerk/stand-in.ts';
import { startStandIn } from '../support/clerk/stand-in.ts';
import { createTable } from '../support/dynamodb/create-table.ts';
import { compareMirror } from '../support/oracle.ts';

/** The handler with its real adapters, under the SDK, over a DynamoDB engine and the stand-in for Clerk. */
const TABLE = 'reconciled-users';
const REGION = 'us-east-1';
const saved = { ...process.env };
const metrics: string[] = [];
let engine: DynamoDbEngine;
let standIn: StandInUnderTest;
let cloudWatch: Server;
let table: DynamoDBDocumentClient;
let handlerFunction: DurableLambdaHandler;

beforeAll(async () => {
  engine = await startDynamoDbEngine();
  standIn = await startStandIn();
  cloudWatch = await startCloudWatch();
  Object.assign(process.env, {
    TABLE_NAME: TABLE,
    METRICS_STACK: 'contract',
    CLERK_API_URL: standIn.clerk.url,
    CLERK_SECRET_KEY: standIn.clerk.secretKey,
    AWS_REGION: REGION,
    AWS_LAMBDA_LOG_LEVEL: 'FATAL',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL_DYNAMODB: engine.url,
    AWS_ENDPOINT_URL_CLOUDWATCH: `http://127.0.0.1:${(cloudWatch.address() as AddressInfo).port}`,
  });
  table = createDynamoDbClient({ requestTimeoutMs: 5_000, connectionTimeoutMs: 2_000, maxAttempts: 2 });
  await createTable(table, TABLE);
  ({ handler: handlerFunction } = await import('../../functions/reconciler/handler.ts'));
  await LocalDurableTestRunner.setupTestEnvironment();
});

afterAll(async () => {
  await LocalDurableTestRunner.teardownTestEnvironment();
  table?.destroy();
  cloudWatch?.closeAllConnections();
  cloudWatch?.close();
  await standIn?.[Symbol.asyncDispose]();
  await engine?.close();
  process.env = saved;
});

function startCloudWatch(): Promise<Server> {
  const server = createServer((request, response) => {
    metrics.push(String(request.headers['x-amz-target']));
    request
      .resume()
      .on('end', () => response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' }).end('{}'));
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(server));
  });
}

async function run(mode = 'full'): Promise<unknown> {
  const execution = await new LocalDurableTestRunner({ handlerFunction }).run({ payload: { mode } });
  expect(execution.getStatus()).toBe('SUCCEEDED');
  return execution.getResult();
}

function compare() {
  const { url, secretKey } = standIn.clerk;
  return compareMirror({ clerk: url, secretKey, dynamodb: engine.url, region: REGION, tableName: TABLE });
}

async function importUsers(count: number, from: number, createdAt: (n: number) => number): Promise<void> {
  const users = Array.from({ length: count }, (_, n) => ({
    email_address: [`person${from + n}@example.com`],
    first_name: `First${from + n}`,
    created_at: createdAt(n),
  }));
  expect((await standIn.control('POST', '/users/import', { users })).status).toBe(200);
}

// The machine may be busy with other tests: half a thousand users pass through a real engine here.
const PATIENCE = { timeout: 90_000 };

it('mirrors Clerk, finds nothing the second time, and repairs every kind of drift', PATIENCE, async () => {
  const instant = Date.UTC(2026, 2, 1);
  await importUsers(505, 0, () => instant);
  await importUsers(35, 505, (n) => instant + (n - 20) * 86_400_000);

  expect(await run()).toMatchObject({ status: 'repaired', created: 540, clerkUsers: 540, storedUsers: 540 });
  expect(await compare()).toEqual({ users: { clerk: 540, table: 540 }, mismatches: [] });
  expect(await run()).toMatchObject({ status: 'in-sync', created: 0, updated: 0, deleted: 0, suspects: 0, drift: {} });

  const { data: users } = await standIn.client.users.getUserList({ limit: 20, orderBy: '+created_at' });
  const [gone, renamed, banned, lost, tied] = users;
  if (!gone || !renamed || !banned || !lost || !tied) throw new Error('Clerk lists too few users.');
  await standIn.client.users.deleteUser(gone.id);
  await standIn.client.users.updateUser(renamed.id, { lastName: 'Renamed' });
  await standIn.client.users.banUser(banned.id);
  await table.send(new DeleteCommand({ TableName: TABLE, Key: { pk: `user#${lost.id}` } }));
  await table.send(
    new UpdateCommand({
      TableName: TABLE,
      Key: { pk: `user#${renamed.id}` },
      UpdateExpression: 'SET app = :app',
      ExpressionAttributeValues: { ':app': { bio: 'kept' } },
    }),
  );

  const repaired = await run();

  expect(repaired).toMatchObject({ status: 'repaired', created: 1, updated: 2, deleted: 1, restored: 0 });
  expect(repaired).toMatchObject({ clerkUsers: 539, storedUsers: 539, drift: { lastName: 1, banned: 1 } });
  expect(await compare()).toEqual({ users: { clerk: 539, table: 539 }, mismatches: [] });
  const { Item } = await table.send(new GetCommand({ TableName: TABLE, Key: { pk: `user#${renamed.id}` } }));
  expect(Item?.['app']).toEqual({ bio: 'kept' });
  expect(new Set(metrics)).toEqual(new Set(['GraniteServiceVersion20100801.PutMetricData']));
});

it('repairs by an incremental run what was changed and banned since, and nothing twice', PATIENCE, async () => {
  await importUsers(3, 1_000, () => Date.UTC(2026, 4, 1));
  const { data: users } = await standIn.client.users.getUserList({ limit: 10, offset: 100, orderBy: '+created_at' });
  const [renamed, banned, again] = users;
  if (!renamed || !banned || !again) throw new Error('Clerk lists too few users.');
  await standIn.client.users.updateUser(renamed.id, { lastName: 'Anew' });
  // The stand-in does not raise `updated_at` for a ban: nobody outside Clerk knows whether Clerk does.
  const { updatedAt } = await standIn.client.users.banUser(banned.id);
  expect(updatedAt).toBe(banned.updatedAt);

  const summary = await run('incremental');
  expect(summary).toMatchObject({ status: 'repaired', created: 3, updated: 2, drift: { lastName: 1, banned: 1 } });
  expect(summary).toMatchObject({ clerkUsers: 542, storedUsers: 542 });
  expect(summary).not.toHaveProperty('becauseFull');
  expect((await compare()).mismatches).toEqual([]);
  expect(await run('incremental')).toMatchObject({ status: 'in-sync', created: 0, updated: 0, drift: {} });

  await standIn.client.users.deleteUser(again.id);
  const grown = await run('incremental');
  expect(grown).toMatchObject({ status: 'repaired', deleted: 1, clerkUsers: 541, storedUsers: 541 });
  expect(grown).toHaveProperty('becauseFull');
  expect(await compare()).toEqual({ users: { clerk: 541, table: 541 }, mismatches: [] });
});

it('waits out rate limits and failures of Clerk, and ends right', PATIENCE, async () => {
  await importUsers(40, 2_000, (n) => Date.UTC(2026, 5, 1) + n);
  await standIn.control('PUT', '/faults', { api: { rate5xx: 0.2 } });
  const summary = await run();
  await standIn.control('PUT', '/faults', {});
  expect(summary).toMatchObject({ status: 'repaired', created: 40, deleted: 0 });
  expect((await compare()).mismatches).toEqual([]);
});

it('fails, changing nothing, when the table belongs to another Clerk instance', async () => {
  const key = { pk: 'settings#instance' };
  const { Item } = await table.send(new GetCommand({ TableName: TABLE, Key: key }));
  const rename = (instanceId: unknown) =>
    table.send(
      new UpdateCommand({
        TableName: TABLE,
        Key: key,
        UpdateExpression: 'SET instanceId = :id',
        ExpressionAttributeValues: { ':id': instanceId },
      }),
    );
  await importUsers(1, 3_000, () => Date.UTC(2026, 5, 2));
  await rename('ins_another');
  const summary = await run();
  await rename(Item?.['instanceId']);
  expect(summary).toMatchObject({ status: 'failed', created: 0, deleted: 0 });
  expect(JSON.stringify(summary)).toContain('this table mirrors ins_another');
  expect(await compare()).toMatchObject({ mismatches: [{ kind: 'missing', field: 'user' }] });
});
