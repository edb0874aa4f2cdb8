import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { expect, inject, it } from 'vitest';
import { writeStackFile } from '../../infra/local/stack-file.ts';
import type { AlarmedCloud } from '../support/e2e/alarmed-cloud.ts';
import { startAlarmedCloud } from '../support/e2e/alarmed-cloud.ts';
import { busFaults } from '../support/e2e/bus.ts';
import { signedWebhook } from '../support/e2e/signed-webhook.ts';

const start = () => startAlarmedCloud({ assembly: inject('assembly') });

/** Everything between a write and the stream's function, and what it does then, takes its time. ms */
const PATIENCE = { timeout: 20_000, interval: 200 };

it('QuarantineNotEmpty: an event of another Clerk instance has come, until somebody dismisses it', async () => {
  await using cloud = await start();
  const { webhookSecrets } = cloud.stack.file;
  const { body, headers } = signedWebhook(webhookSecrets[0] ?? '', anotherInstances(), { id: 'msg_strange' });
  expect((await cloud.world.post('/webhooks/clerk', body, headers)).body).toEqual({ outcome: 'quarantined' });
  expect(await cloud.ringing()).toEqual(['QuarantineNotEmpty']);

  await cloud.pass(6);
  await cloud.world.fireIncrementalRun();
  expect(await cloud.ringing()).toEqual(['QuarantineNotEmpty']);
  expect(await quarantine(cloud, 'dismiss', 'msg_strange')).toBe('msg_strange  dismissed\n');
  await cloud.pass(6);
  await cloud.world.fireIncrementalRun();
  expect(await cloud.ringing()).toEqual([]);
  expect(await cloud.rung()).toEqual(['QuarantineNotEmpty']);
});

function anotherInstances(): object {
  const now = Date.now();
  const data = { object: 'user', id: 'user_stranger', created_at: now, updated_at: now };
  return { object: 'event', type: 'user.created', data, timestamp: now, instance_id: 'ins_another' };
}

/** What `npm run quarantine -- …` runs. @returns what it prints */
async function quarantine({ stack }: AlarmedCloud, ...args: readonly string[]): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'quarantine-'));
  try {
    writeStackFile(join(directory, '.local/stack.json'), stack.file);
    const script = fileURLToPath(new URL('../../scripts/quarantine.ts', import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, [script, ...args], { cwd: directory });
    return stdout;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

it('ChangesLate: the bus is away for a quarter of an hour', async () => {
  await using cloud = await start();
  await busFaults(cloud.stack.file, { down: true });
  await cloud.newUsers(1);
  await cloud.world.flushWebhooks();
  await expect.poll(() => lines(cloud, 'events not published'), PATIENCE).not.toBe(0);
  await cloud.pass(15);
  await expect.poll(() => cloud.ringing(), PATIENCE).toEqual(['ChangesLate']);

  await busFaults(cloud.stack.file, {});
  await expect.poll(() => told(cloud), PATIENCE).toBe(2);
  await cloud.pass(6);
  expect(await cloud.ringing()).toEqual([]);
  expect(await cloud.rung()).toEqual(['ChangesLate']);
});

it('ChangesGivenUp: the bus is away for longer than changes are repeated', async () => {
  await using cloud = await start();
  await busFaults(cloud.stack.file, { down: true });
  await cloud.newUsers(1);
  await cloud.world.flushWebhooks();
  await expect.poll(() => lines(cloud, 'events not published'), PATIENCE).not.toBe(0);
  await cloud.pass(7 * 60);
  await expect.poll(() => cloud.ringing(), PATIENCE).toContain('ChangesGivenUp');

  await busFaults(cloud.stack.file, {});
  await emptyQueue(cloud);
  await cloud.pass(6);
  expect(await cloud.ringing()).toEqual([]);
  expect((await cloud.rung()).filter((name) => name !== 'ChangesLate')).toEqual(['ChangesGivenUp']);
});

it('RunsGivenUp: somebody sends the reconciler an event that it does not know', async () => {
  await using cloud = await start();
  await sendToReconciler(cloud, { mode: 'fulll' });
  await expect.poll(() => cloud.ringing(), PATIENCE).toEqual(['RunsGivenUp']);

  await emptyQueue(cloud);
  await cloud.pass(6);
  expect(await cloud.ringing()).toEqual([]);
  expect(await cloud.rung()).toEqual(['RunsGivenUp']);
});

async function local<T>({ stack }: AlarmedCloud, path: string, method = 'GET'): Promise<T> {
  const response = await fetch(`${stack.file.api}/__local/${path}`, { method });
  expect(response.status).toBe(200);
  return (await response.json()) as T;
}

/** How many lines of the log have the text. */
async function lines(cloud: AlarmedCloud, text: string): Promise<number> {
  return (await local<readonly unknown[]>(cloud, 'logs?limit=1000')).filter((line) =>
    JSON.stringify(line).includes(text),
  ).length;
}

/** How many events subscribers have heard. */
async function told(cloud: AlarmedCloud): Promise<number> {
  return (await local<readonly unknown[]>(cloud, 'events')).length;
}

/** Empties the one queue in which something waits, as somebody who has looked at it does. */
async function emptyQueue(cloud: AlarmedCloud): Promise<void> {
  const queues = await local<Readonly<Record<string, readonly unknown[]>>>(cloud, 'queues');
  const [name, ...others] = Object.keys(queues).filter((each) => queues[each]?.length !== 0);
  expect(others).toEqual([]);
  await local(cloud, `queues/${encodeURIComponent(name ?? '')}`, 'DELETE');
}

/** Asynchronously, as a schedule does: nobody waits for the answer. */
async function sendToReconciler({ stack: { cloud } }: AlarmedCloud, event: object): Promise<void> {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const lambda = new LambdaClient({ region: cloud.region, endpoint: cloud.servicesUrl, credentials });
  const FunctionName = `${cloud.outputs['ReconcilerName']}:live`;
  await lambda.send(new InvokeCommand({ FunctionName, InvocationType: 'Event', Payload: JSON.stringify(event) }));
  lambda.destroy();
}
