import { expect, inject, it } from 'vitest';
import { startAlarmedCloud } from '../support/e2e/alarmed-cloud.ts';
import { inParallel } from '../support/e2e/in-parallel.ts';
import { forgedVisits, visits } from '../support/e2e/visits.ts';

const start = () => startAlarmedCloud({ assembly: inject('assembly') });

it('SyncFailures: the table is away, and twenty-five times as many forged tokens do not hide it', async () => {
  await using cloud = await start();
  const ids = await cloud.newUsers(40);
  await cloud.world.flushWebhooks();
  await forgedVisits(cloud, 1_000);
  await cloud.storeFaults({ down: true });
  // They are let in with what their tokens say: nobody feels it but the alarm.
  expect(new Set(await visits(cloud, ids))).toEqual(new Set([200]));
  expect(await cloud.ringing()).toEqual(['SyncFailures']);
  // A monitor is told, and what it is answered counts as well.
  const asked = await inParallel(Array.from({ length: 20 }), 1, () => cloud.world.get('/health', ''));
  expect(new Set(asked.map(({ status }) => status))).toEqual(new Set([503]));
  expect(await cloud.ringing()).toEqual(['ApiErrors', 'SyncFailures']);

  await cloud.storeFaults({});
  expect(await visits(cloud, ids.slice(0, 20))).not.toContain(500);
  await cloud.pass(16);
  expect(await cloud.ringing()).toEqual([]);
  expect(await cloud.rung()).toEqual(['ApiErrors', 'SyncFailures']);
});

it('no alarm: forged tokens alone, and five webhooks of a hundred that fail', async () => {
  await using cloud = await start();
  await forgedVisits(cloud, 1_000);
  await cloud.newUsers(94);
  await cloud.world.flushWebhooks();
  await cloud.storeFaults({ down: true });
  await cloud.newUsers(5);
  await cloud.sendWebhooks();
  expect(await cloud.rung()).toEqual([]);
});

it('WebhookFailures: six of a hundred events fail, and come again', async () => {
  await using cloud = await start();
  await cloud.newUsers(93);
  await cloud.world.flushWebhooks();
  await cloud.storeFaults({ down: true });
  await cloud.newUsers(6);
  await cloud.sendWebhooks();
  await cloud.storeFaults({});
  // Of the last quarter of an hour and of the last five minutes it is the same six percent, and they were answered with 503.
  expect(await cloud.ringing()).toEqual(['ApiErrors', 'SyncFailures', 'WebhookFailures']);

  await cloud.world.flushWebhooks();
  expect((await cloud.world.compare()).mismatches).toEqual([]);
  await cloud.changesTold(100);
  await cloud.pass(16);
  expect(await cloud.ringing()).toEqual(['WebhookFailures']);
  await cloud.pass(45);
  expect(await cloud.ringing()).toEqual([]);
});

it('AutoSyncs: users sign in of whom no webhook has told, with tokens that do not suffice', async () => {
  await using cloud = await start();
  await cloud.clerkFaults({ webhooks: { drop: 1 } });
  const ids = await cloud.newUsers(51);
  await cloud.clerkFaults({});
  const statuses = await visits(cloud, ids, { email: '__absent' });
  expect(new Set(statuses)).toEqual(new Set([200]));
  expect(await cloud.ringing()).toEqual(['AutoSyncs']);

  await cloud.changesTold(52);
  await cloud.pass(61);
  expect(await visits(cloud, ids.slice(0, 1), { email: '__absent' })).toEqual([200]);
  expect(await cloud.ringing()).toEqual([]);
  expect(await cloud.rung()).toEqual(['AutoSyncs']);
});
