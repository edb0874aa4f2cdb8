import { afterAll, beforeAll, expect, it } from 'vitest';
import type { AlarmedCloud } from '../support/e2e/alarmed-cloud.ts';
import { startAlarmedCloud } from '../support/e2e/alarmed-cloud.ts';
import { AUTHORIZER_CONCURRENCY, synthesiseAlarmed } from '../support/e2e/alarmed-assembly.ts';
import { inParallel } from '../support/e2e/in-parallel.ts';
import { signedWebhook } from '../support/e2e/signed-webhook.ts';

/** Longer than an event may take: a cold start on a busy machine takes seconds, not a minute. */
const LATE_MS = 61_000;

let application: ReturnType<typeof synthesiseAlarmed>;
beforeAll(() => {
  application = synthesiseAlarmed();
});
afterAll(() => application?.remove());

const start = () => startAlarmedCloud({ assembly: application.assembly });

/** As many requests of one user, each with a token of its own: no answer is repeated. @returns their statuses */
async function visit({ world }: AlarmedCloud, userId: string, count: number, atOnce: number): Promise<number[]> {
  const numbers = Array.from({ length: count }, (_, n) => n);
  return inParallel(numbers, atOnce, async (n) => {
    const token = await world.token(userId, { claims: { jti: `t${n}` } });
    return (await world.get('/whoami', token)).status;
  });
}

/** Somebody whom the table has. */
async function somebody(cloud: AlarmedCloud): Promise<string> {
  const [id = ''] = await cloud.newUsers(1);
  await cloud.world.flushWebhooks();
  return id;
}

it('SyncLag: an event takes longer than it may', async () => {
  await using cloud = await start();
  const { webhookSecrets, instanceId } = cloud.stack.file;
  const at = Date.now() - LATE_MS;
  const data = { object: 'user', id: 'user_late', created_at: at, updated_at: at };
  const event = { object: 'event', type: 'user.created', data, timestamp: at, instance_id: instanceId };
  // As Svix sends what it could not deliver before: as it was, and signed anew.
  const { body, headers } = signedWebhook(webhookSecrets[0] ?? '', event);
  expect((await cloud.world.post('/webhooks/clerk', body, headers)).body).toEqual({ outcome: 'created' });
  expect(await cloud.ringing()).toEqual(['SyncLag']);

  await cloud.changesTold(2);
  await cloud.pass(16);
  await somebody(cloud);
  expect(await cloud.ringing()).toEqual([]);
  expect(await cloud.rung()).toEqual(['SyncLag']);
});

it('ApiErrors: while the table is away nobody is let in', async () => {
  await using cloud = await start();
  const id = await somebody(cloud);
  await cloud.storeFaults({ down: true });
  const statuses = await visit(cloud, id, 20, AUTHORIZER_CONCURRENCY);
  expect(new Set(statuses)).toEqual(new Set([500]));
  expect(await cloud.ringing()).toEqual(['ApiErrors', 'SyncFailures']);

  await cloud.storeFaults({});
  expect(await visit(cloud, id, 1, 1)).toEqual([200]);
  await cloud.pass(6);
  expect(await cloud.ringing()).toEqual(['SyncFailures']);
  await cloud.pass(10);
  expect(await cloud.ringing()).toEqual([]);
  expect(await cloud.rung()).toEqual(['ApiErrors', 'SyncFailures']);
});

it('AuthorizerThrottled: more requests at once than there are processes for', async () => {
  await using cloud = await start();
  const id = await somebody(cloud);
  await cloud.storeFaults({ slowMs: 200 });
  const statuses = await visit(cloud, id, 15, 15);
  expect(statuses).toContain(500);
  expect(await cloud.ringing()).toEqual(['AuthorizerThrottled']);

  await cloud.storeFaults({});
  await cloud.pass(6);
  expect(await visit(cloud, id, AUTHORIZER_CONCURRENCY, 1)).not.toContain(500);
  expect(await cloud.ringing()).toEqual([]);
  expect(await cloud.rung()).toEqual(['AuthorizerThrottled']);
});

it('AuthorizerSlow: for a quarter of an hour the table takes too long', async () => {
  await using cloud = await start();
  const id = await somebody(cloud);
  await cloud.storeFaults({ slowMs: 5_000 });
  for (let window = 1; window <= 3; window += 1) {
    await visit(cloud, id, 4, 4);
    expect(await cloud.ringing()).toEqual(window < 3 ? [] : ['AuthorizerSlow']);
    await cloud.pass(5);
  }

  await cloud.storeFaults({});
  // A container that is warm: the wait for its start counts here.
  await visit(cloud, id, 4, 1);
  await cloud.pass(6);
  expect(await visit(cloud, id, 4, 1)).toEqual([200, 200, 200, 200]);
  expect(await cloud.ringing()).toEqual([]);
  expect(await cloud.rung()).toEqual(['AuthorizerSlow']);
});
