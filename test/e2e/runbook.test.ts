import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { writeStackFile } from '../../infra/local/stack-file.ts';
import type { AlarmedCloud } from '../support/e2e/alarmed-cloud.ts';
import { startAlarmedCloud } from '../support/e2e/alarmed-cloud.ts';
import type { Ended } from '../support/e2e/run-script.ts';
import { runScript } from '../support/e2e/run-script.ts';
import { signedWebhook } from '../support/e2e/signed-webhook.ts';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const { scripts } = JSON.parse(read('package.json')) as { readonly scripts: Readonly<Record<string, string>> };

/** Every whole command of the runbook, once. */
const commands = [
  ...new Set([...read('docs/runbook.md').matchAll(/`(npm run [^`]+)`/g)].map(([, command = '']) => command)),
];

/** It needs an account: what it would deploy is synthesised by other tests. */
const NOT_HERE = ['deploy'];
const [runnable, others] = [
  commands.filter((command) => !NOT_HERE.includes(nameOf(command))),
  commands.filter((command) => NOT_HERE.includes(nameOf(command))),
];

let directory: string;
let cloud: AlarmedCloud;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'runbook-'));
  cloud = await startAlarmedCloud({ assembly: inject('assembly') });
  writeStackFile(join(directory, '.local/stack.json'), cloud.stack.file);
});
afterAll(async () => {
  await cloud?.[Symbol.asyncDispose]();
  rmSync(directory, { recursive: true, force: true });
});

function nameOf(command: string): string {
  return command.split(' ')[2] ?? '';
}

/** The local cloud in AWS's place, and nothing of the developer's own AWS set-up. */
function environment(): Record<string, string> {
  const { region, servicesUrl, dynamodbUrl } = cloud.stack.cloud;
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: directory,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_ENDPOINT_URL: servicesUrl,
    AWS_ENDPOINT_URL_DYNAMODB: dynamodbUrl,
  };
}

/** What stands in capitals in a command is for the reader to fill in; what it means is made to be there. */
const PLACEHOLDERS: Readonly<Record<string, () => string | Promise<string>>> = {
  STACK: () => 'clerk-sync-production',
  NAME: () => 'clerk-sync-production',
  TIME: () => '2h',
  RUN: heldRun,
  MESSAGE_ID: quarantinedMessage,
};

async function argumentsOf(command: string): Promise<readonly string[]> {
  const [, , , , ...words] = command.split(' ');
  return Promise.all(words.map(async (word) => (await PLACEHOLDERS[word]?.()) ?? word));
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

/** An event that waits until somebody says what becomes of it: a deletion that names nobody. */
async function quarantinedMessage(): Promise<string> {
  const id = `msg_runbook_${Date.now()}`;
  const event = { object: 'event', type: 'user.deleted', data: {}, timestamp: Date.now() };
  const { body, headers } = signedWebhook(cloud.stack.file.webhookSecrets[0] ?? '', event, { id });
  expect((await cloud.world.post('/webhooks/clerk', body, headers)).body).toEqual({ outcome: 'quarantined' });
  return id;
}

async function run(command: string): Promise<Ended> {
  const [, script = ''] = /scripts\/([\w-]+)\.ts$/.exec(scripts[nameOf(command)] ?? '') ?? [];
  return runScript(script, await argumentsOf(command), { cwd: directory, env: environment() });
}

const EXAMINATION = 'npm run doctor -- --stack STACK';

describe('the commands of the runbook', () => {
  it('are there, and nearly all of them can be run here', () => {
    expect(runnable.length).toBeGreaterThan(6);
    expect(others.length).toBeLessThan(4);
    expect(commands.filter((command) => scripts[nameOf(command)] === undefined)).toEqual([]);
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
