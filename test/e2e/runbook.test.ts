import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { writeStackFile } from '../../infra/local/stack-file.ts';
import type { AlarmedCloud } from '../support/e2e/alarmed-cloud.ts';
import { startAlarmedCloud } from '../support/e2e/alarmed-cloud.ts';
import { giveUp } from '../support/e2e/failure-queues.ts';
import { putItem } from '../support/e2e/put-item.ts';
import type { RestoringEndpoint } from '../support/dynamodb/restoring-endpoint.ts';
import { startRestoringEndpoint } from '../support/dynamodb/restoring-endpoint.ts';
import type { Ended } from '../support/e2e/run-script.ts';
import { deployedEnvironment, runScript } from '../support/e2e/run-script.ts';
import { signedWebhook } from '../support/e2e/signed-webhook.ts';
import { toldBy } from '../support/runbook-commands.ts';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const { scripts } = JSON.parse(read('package.json')) as { readonly scripts: Readonly<Record<string, string>> };

/** Every command of the runbook, once: that there is nothing else to run is what test/unit/runbook.test.ts sees to. */
const { commands } = toldBy(read('docs/runbook.md'));

/** They need an account: their settings are read by test/unit/runbook.test.ts, what they would deploy is synthesised by other tests, and what they do themselves is in test/unit/deploy. */
const NOT_HERE = ['deploy', 'destroy'];
const runnable = commands.filter((command) => !NOT_HERE.includes(nameOf(command)));

let directory: string;
let cloud: AlarmedCloud;
/** What no local engine has: backups. */
let restoring: RestoringEndpoint;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'runbook-'));
  cloud = await startAlarmedCloud({ assembly: inject('assembly') });
  restoring = await startRestoringEndpoint(cloud.stack.file.dynamodb, cloud.stack.file.region);
  await restoring.remember(cloud.stack.file.tableName, 'users-of-before');
  writeStackFile(join(directory, '.local/stack.json'), cloud.stack.file);
});
afterAll(async () => {
  await restoring?.[Symbol.asyncDispose]();
  await cloud?.[Symbol.asyncDispose]();
  rmSync(directory, { recursive: true, force: true });
});

function nameOf(command: string): string {
  return command.split(' ')[2] ?? '';
}

/** What stands in capitals in a command is for the reader to fill in; what it means is made to be there. */
const PLACEHOLDERS: Readonly<Record<string, (command: string) => string | Promise<string>>> = {
  STACK: () => 'clerk-sync-production',
  TIME: () => '2h',
  RUN: heldRun,
  USER_ID: async () => (await cloud.newUsers(1))[0] ?? '',
  EVENT_ID: quarantinedMessage,
  MESSAGE_ID: () => giveUp(cloud.stack, { mode: 'incremental' }),
  OLD: () => 'users-of-before',
  RESTORED: restoredTable,
};

/** A table that is there, or is about to be. */
let restored = 0;
function restoredTable(command: string): string {
  if (command.includes(' restore ')) restored += 1;
  return `restored-${restored}`;
}

async function argumentsOf(command: string): Promise<readonly string[]> {
  const [, , , , ...words] = command.split(' ');
  return Promise.all(words.map(async (word) => (await PLACEHOLDERS[word]?.(command)) ?? word));
}

/** A run that proposes more deletions than it may make. */
async function heldRun(): Promise<string> {
  await cloud.clerkFaults({ webhooks: { drop: 1 } });
  // Brought by a run, they are old enough to be deleted at once; by a webhook they would not be for a minute.
  const ids = await cloud.newUsers(30);
  await cloud.world.fireFullRun();
  for (const id of ids) await cloud.world.clerk.users.deleteUser(id);
  await cloud.clerkFaults({});
  const { body } = await cloud.world.fireFullRun();
  expect(body).toMatchObject({ status: 'held' });
  return String(body['runId']);
}

/** Whose table it is, is remembered by the webhook, which is why the event is another instance's, and the table becomes that. */
function belongTo(instanceId: string): Promise<unknown> {
  const claimedAt = new Date().toISOString();
  return putItem(cloud.stack.file, { pk: 'settings#instance', instanceId, claimedAt });
}
afterEach(() => belongTo(cloud.stack.file.instanceId));

/** An event that waits until somebody says what becomes of it, once the table is its instance's. */
async function quarantinedMessage(): Promise<string> {
  const now = Date.now();
  const [userId] = await cloud.newUsers(1);
  const data = { object: 'user', id: userId, created_at: now - 1_000_000, updated_at: now - 1_000_000 };
  const event = { object: 'event', type: 'user.created', data, timestamp: now, instance_id: 'ins_another' };
  const id = `msg_runbook_${now}`;
  const { body, headers } = signedWebhook(cloud.stack.file.webhookSecrets[0] ?? '', event, { id });
  expect((await cloud.world.post('/webhooks/clerk', body, headers)).body).toEqual({ outcome: 'quarantined' });
  await belongTo('ins_another');
  return id;
}

async function run(command: string): Promise<Ended> {
  const [, script = ''] = /scripts\/([\w-]+)\.ts$/.exec(scripts[nameOf(command)] ?? '') ?? [];
  return runScript(script, await argumentsOf(command), {
    cwd: directory,
    env: { ...deployedEnvironment(cloud.stack, directory), AWS_ENDPOINT_URL_DYNAMODB: restoring.url },
  });
}

const EXAMINATION = 'npm run doctor -- --stack STACK';

describe('the commands of the runbook', () => {
  it('are there, and all but two can be run here', () => {
    expect(runnable.length).toBeGreaterThan(20);
    expect(new Set(commands.map(nameOf).filter((name) => NOT_HERE.includes(name)))).toEqual(new Set(NOT_HERE));
  });

  it.each(runnable.filter((command) => command !== EXAMINATION))('work: %s', async (command) => {
    expect(await run(command)).toMatchObject({ code: 0 });
  });

  it('work: the examination of a deployed stack, which rightly finds that the local engine protects no table', async () => {
    expect(runnable).toContain(EXAMINATION);
    const { code, stdout } = await run(EXAMINATION);
    expect(code).toBe(1);
    expect(stdout).toContain('table-protection');
  });
});
