import { expect, inject, it } from 'vitest';
import type { AlarmedCloud } from '../support/e2e/alarmed-cloud.ts';
import { startAlarmedCloud } from '../support/e2e/alarmed-cloud.ts';
import { busFaults } from '../support/e2e/bus.ts';
import { giveUp } from '../support/e2e/failure-queues.ts';
import { runCommand } from '../support/e2e/run-script.ts';
import { sendToReconciler } from '../support/e2e/send-to-reconciler.ts';
import { signedWebhook } from '../support/e2e/signed-webhook.ts';

const start = () => startAlarmedCloud({ assembly: inject('assembly') });

/** Everything between a write and the stream's function, and what it does then, takes its time. ms */
const PATIENCE = { timeout: 20_000, interval: 200 };

it('QuarantineNotEmpty: an event of another Clerk instance has come, until somebody dismisses it, by command or by the admin API', async () => {
  await using cloud = await start();
  const { webhookSecrets, adminApiKey } = cloud.stack.file;
  const authorization = `Bearer ${adminApiKey}`;
  const { body, headers } = signedWebhook(webhookSecrets[0] ?? '', anotherInstances(), { id: 'msg_strange' });
  expect((await cloud.world.post('/webhooks/clerk', body, headers)).body).toEqual({ outcome: 'quarantined' });
  expect(await cloud.ringing()).toEqual(['QuarantineNotEmpty']);

  await cloud.pass(6);
  await cloud.world.fireIncrementalRun();
  expect(await cloud.ringing()).toEqual(['QuarantineNotEmpty']);
  // A later minute than the run's: of two counts in one the larger stands.
  await cloud.pass(2);
  expect(await run(cloud, 'quarantine', { args: ['dismiss', 'msg_strange'] })).toBe('msg_strange  dismissed\n');
  expect(await cloud.ringing()).toEqual([]);

  const another = signedWebhook(webhookSecrets[0] ?? '', anotherInstances(), { id: 'msg_stranger' });
  expect((await cloud.world.post('/webhooks/clerk', another.body, another.headers)).status).toBe(200);
  expect(await cloud.ringing()).toEqual(['QuarantineNotEmpty']);
  await cloud.pass(2);
  expect((await cloud.world.post('/admin/quarantine/msg_stranger/dismiss', '', { authorization })).status).toBe(200);
  expect(await cloud.ringing()).toEqual([]);
  expect(await cloud.rung()).toEqual(['QuarantineNotEmpty']);
});

function anotherInstances(): object {
  const now = Date.now();
  const data = { object: 'user', id: 'user_stranger', created_at: now, updated_at: now };
  return { object: 'event', type: 'user.created', data, timestamp: now, instance_id: 'ins_another' };
}

/** What `npm run SCRIPT -- …` prints, beside this local cloud, when it ends as it should. */
async function run(
  { stack }: AlarmedCloud,
  script: string,
  { args, code: expected = 0 }: { readonly args: readonly string[]; readonly code?: number },
): Promise<string> {
  const { code, stdout, stderr } = await runCommand(stack, script, ...args);
  expect({ code, stderr }).toEqual({ code: expected, stderr: '' });
  return stdout;
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
  const retry = () => run(cloud, 'failures', { args: ['retry', '--all'] });
  expect(await retry()).toMatch(/^(\S+Z {2}\S+ {2}\d+ changes handed to \S+ again\n)+$/);
  // Records that the stream handed over one by one are given up one by one.
  const toldInTheEnd = () => retry().then(() => told(cloud));
  await expect.poll(toldInTheEnd, PATIENCE).toBe(2);
  await cloud.pass(6);
  expect(await cloud.ringing()).toEqual([]);
  expect((await cloud.rung()).filter((name) => name !== 'ChangesLate')).toEqual(['ChangesGivenUp']);
});

it('RunsGivenUp: somebody sends the reconciler an event that it does not know', async () => {
  await using cloud = await start();
  await sendToReconciler(cloud, { mode: 'fulll' });
  await expect.poll(() => cloud.ringing(), PATIENCE).toEqual(['RunsGivenUp']);

  // What nobody could do is not taken out: an unknown event, and what claims to be a batch for a function of somebody else's.
  await giveUp(cloud.stack, batch({ functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:theirs' }));
  const own = cloud.stack.cloud.outputs['ReconcilerName'] ?? '';
  await giveUp(cloud.stack, batch({ functionArn: `arn:aws:lambda:us-east-1:000000000000:function:${own}` }));
  const retried = await run(cloud, 'failures', { args: ['retry', '--all'], code: 1 });
  expect(retried).toContain('stays: The event has the mode "fulll", which the reconciler does not know');
  expect(retried).toContain('stays: it is about a function or a table of another stack');
  expect(retried).toContain('stays: the stream has let go of it, as it does after a day');
  expect(await cloud.ringing()).toEqual(['RunsGivenUp']);

  const dropped = await run(cloud, 'failures', { args: ['drop', '--all'] });
  expect(dropped.match(/^\S+Z {2}\S+ {2}dropped$/gm)).toHaveLength(3);
  await cloud.pass(6);
  expect(await cloud.ringing()).toEqual([]);
  expect(await cloud.rung()).toEqual(['RunsGivenUp']);

  /** As Lambda writes it, of changes of this stack's table that its stream does not have. */
  function batch({ functionArn }: { readonly functionArn: string }): object {
    const streamArn = `arn:aws:dynamodb:us-east-1:000000000000:table/${cloud.stack.file.tableName}/stream/2026-01-01T00:00:00.000`;
    const numbers = { startSequenceNumber: '99000000000000000000001', endSequenceNumber: '99000000000000000000002' };
    const info = { shardId: 'shardId-00000000000000000000-00000001', ...numbers, batchSize: 2, streamArn };
    return { requestContext: { functionArn, condition: 'RetryAttemptsExhausted' }, DDBStreamBatchInfo: info };
  }
});

async function local<T>({ stack }: AlarmedCloud, path: string): Promise<T> {
  const response = await fetch(`${stack.file.api}/__local/${path}`);
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
