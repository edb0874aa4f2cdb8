import { expect, inject, it } from 'vitest';
import type { AlarmedCloud } from '../support/e2e/alarmed-cloud.ts';
import { startAlarmedCloud } from '../support/e2e/alarmed-cloud.ts';
import { runCommand } from '../support/e2e/run-script.ts';
import { putItem } from '../support/e2e/put-item.ts';

const start = (options: { readonly heard?: boolean } = {}) =>
  startAlarmedCloud({ assembly: inject('assembly'), ...options });

/** Longer than the window of an alarm that goes by what the last run said. */
const MINUTES = 6;

/** Says whose the table is: the key in the secret then belongs to another Clerk instance than the table, or not. */
const belongTo = (cloud: AlarmedCloud, instanceId: string) =>
  putItem(cloud.stack.file, { pk: 'settings#instance', instanceId, claimedAt: new Date().toISOString() });

it('CountDiscrepancy: eleven users whom no webhook brought are missing when a run looks', async () => {
  await using cloud = await start();
  await cloud.clerkFaults({ webhooks: { drop: 1 } });
  await cloud.newUsers(11);
  await cloud.clerkFaults({});
  expect((await cloud.world.fireIncrementalRun()).body).toMatchObject({ status: 'repaired', created: 11 });
  expect(await cloud.ringing()).toEqual(['CountDiscrepancy']);

  await cloud.pass(MINUTES);
  expect(await cloud.ringing()).toEqual(['CountDiscrepancy']);
  expect((await cloud.world.fireIncrementalRun()).body).toMatchObject({ status: 'in-sync' });
  expect(await cloud.ringing()).toEqual([]);
  expect(await cloud.rung()).toEqual(['CountDiscrepancy']);
});

it('DriftWithoutWebhooks: runs repair users, and Clerk has not sent a single event', async () => {
  await using cloud = await start({ heard: false });
  await cloud.clerkFaults({ webhooks: { drop: 1 } });
  await cloud.newUsers(3);
  expect((await cloud.world.fireFullRun()).body).toMatchObject({ status: 'repaired', created: 3 });
  expect(await cloud.ringing()).toEqual(['DriftWithoutWebhooks']);
  // Its event is signed like Clerk's, and says nothing about the endpoint in Clerk.
  expect((await runCommand(cloud.stack, 'doctor')).stdout).toContain('a signed event was taken');
  expect(await cloud.ringing()).toEqual(['DriftWithoutWebhooks']);

  await cloud.clerkFaults({});
  await cloud.newUsers(1);
  await cloud.world.flushWebhooks();
  expect(await cloud.ringing()).toEqual([]);
  expect(await cloud.rung()).toEqual(['DriftWithoutWebhooks']);
});

it('ReconcileFailed: the secret key belongs to another Clerk instance than the table', async () => {
  await using cloud = await start();
  await belongTo(cloud, 'ins_another');
  expect((await cloud.world.fireFullRun()).body).toMatchObject({ status: 'failed' });
  expect(await cloud.ringing()).toEqual(['ReconcileFailed']);

  await belongTo(cloud, cloud.stack.file.instanceId);
  await cloud.pass(MINUTES);
  expect(await cloud.ringing()).toEqual(['ReconcileFailed']);
  expect((await cloud.world.fireFullRun()).body).toMatchObject({ status: 'in-sync' });
  expect(await cloud.ringing()).toEqual([]);
  expect(await cloud.rung()).toEqual(['ReconcileFailed']);
});

it('NoFullRun: for 27 hours every full run fails', async () => {
  await using cloud = await start();
  await belongTo(cloud, 'ins_another');
  for (const hours of [1, 24]) {
    expect((await cloud.world.fireFullRun()).body).toMatchObject({ status: 'failed' });
    expect(await cloud.ringing()).toEqual(['ReconcileFailed']);
    await cloud.pass(hours * 60);
  }
  expect(await cloud.ringing()).toEqual(['ReconcileFailed']);
  await cloud.pass(120);
  expect(await cloud.ringing()).toEqual(['NoFullRun', 'ReconcileFailed']);

  await belongTo(cloud, cloud.stack.file.instanceId);
  expect(await runCommand(cloud.stack, 'sync-clerk-users')).toMatchObject({ code: 0 });
  expect(await cloud.ringing()).toEqual([]);
  expect(await cloud.rung()).toEqual(['NoFullRun', 'ReconcileFailed']);
});

it('DeletionsHeld: more users are gone from Clerk than may go without a person, until one approves', async () => {
  await using cloud = await start();
  await cloud.clerkFaults({ webhooks: { drop: 1 } });
  // Brought by a run, they are old enough to be deleted at once; by a webhook they would not be for a minute.
  const ids = await cloud.newUsers(40);
  await cloud.world.fireFullRun();
  await cloud.pass(MINUTES);
  expect((await cloud.world.fireFullRun()).body).toMatchObject({ status: 'in-sync' });
  expect(await cloud.ringing()).toEqual([]);
  for (const id of ids.slice(0, 25)) await cloud.world.clerk.users.deleteUser(id);
  await cloud.clerkFaults({});
  const held = (await cloud.world.fireFullRun()).body;
  expect(held).toMatchObject({ status: 'held', suspects: 25, deleted: 0 });
  expect(await cloud.ringing()).toEqual(['CountDiscrepancy', 'DeletionsHeld']);

  await cloud.pass(MINUTES);
  const approved = await runCommand(cloud.stack, 'sync-clerk-users', '--approve-deletions', String(held['runId']));
  expect(approved).toMatchObject({ code: 0, stdout: expect.stringMatching(/deleted\W+25/) as string });
  expect(await cloud.ringing()).toEqual(['CountDiscrepancy']);
  expect((await cloud.world.fireFullRun()).body).toMatchObject({ status: 'in-sync' });
  expect(await cloud.ringing()).toEqual([]);
  expect(await cloud.rung()).toEqual(['CountDiscrepancy', 'DeletionsHeld']);
});
