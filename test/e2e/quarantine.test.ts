import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import type { LocalStack } from '../../infra/local/local-stack.ts';
import { startLocalStack } from '../../infra/local/local-stack.ts';
import { removeStackFile, writeStackFile } from '../../infra/local/stack-file.ts';
import type { World } from '../../scripts/demo/world.ts';
import { createWorld } from '../../scripts/demo/world.ts';
import { putItem } from '../support/e2e/put-item.ts';
import { signedWebhook } from '../support/e2e/signed-webhook.ts';

const script = fileURLToPath(new URL('../../scripts/quarantine.ts', import.meta.url));
let directory: string;
let stack: LocalStack;
let world: World;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'quarantine-'));
  stack = await startLocalStack({ assembly: inject('assembly') });
  world = createWorld(stack.file);
});
afterAll(async () => {
  await stack?.close();
  rmSync(directory, { recursive: true, force: true });
});
beforeEach(() => writeStackFile(join(directory, '.local/stack.json'), stack.file));

interface Ended {
  readonly code: number;
  readonly output: string;
}

/** What `npm run quarantine -- …` runs, beside the local cloud whose addresses stand in the directory. */
function quarantine(...args: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const options = { cwd: directory, env: { ...process.env, PWD: directory } };
    execFile(process.execPath, [script, ...args], options, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), output: stdout + stderr });
    });
  });
}

/** Ids of what waits, oldest first. */
async function waiting(...args: readonly string[]): Promise<string[]> {
  const { output } = await quarantine('list', ...args);
  return [...output.matchAll(/Z {2}(\S+) {2}/g)].map(([, id]) => id ?? '');
}

/** Says whose the table is, as the first run does. */
const belongTo = (instanceId: string) =>
  putItem(stack.file, { pk: 'settings#instance', instanceId, claimedAt: new Date().toISOString() });

async function send(id: string, payload: object): Promise<unknown> {
  const { body, headers } = signedWebhook(stack.file.webhookSecrets[0] ?? '', payload, { id });
  return (await world.post('/webhooks/clerk', body, headers)).body;
}

function created(userId: string): object {
  const now = Date.now();
  const data = { object: 'user', id: userId, first_name: 'Waiting', created_at: now, updated_at: now };
  return { object: 'event', type: 'user.created', data, timestamp: now, instance_id: stack.file.instanceId };
}

describe('npm run quarantine', () => {
  beforeEach(async () => {
    await quarantine('dismiss', ...(await waiting()));
  });

  it('lists what waits, for whom and why, and nothing of what it says', async () => {
    await send('msg_no_id', { type: 'user.deleted', data: { deleted: true } });
    await send('msg_odd_name', { ...created('user_odd'), data: { id: 'user_odd', first_name: 7 } });
    const { code, output } = await quarantine('list');
    expect(code).toBe(0);
    const lines = output.split('\n').map((line) => line.replace(/^\S+Z/, 'TIME'));
    expect(lines).toEqual([
      'TIME  msg_no_id  -  no-id',
      'TIME  msg_odd_name  user_odd  bad-first_name',
      '2 in quarantine.',
      '',
    ]);
    expect(await waiting('--user', 'user_odd')).toEqual(['msg_odd_name']);
  });

  it('replays what can be applied now, and keeps the rest', async () => {
    await belongTo('ins_another');
    expect(await send('msg_first', created('user_first'))).toEqual({ outcome: 'quarantined' });
    expect(await send('msg_second', created('user_second'))).toEqual({ outcome: 'quarantined' });
    await send('msg_never', { type: 'user.deleted', data: {} });
    await belongTo(stack.file.instanceId);
    expect(await quarantine('replay', 'msg_first')).toEqual({ code: 0, output: 'msg_first  created\n' });
    expect(await world.item('user_first')).toMatchObject({ firstName: 'Waiting', changedBy: 'admin' });
    expect(await quarantine('replay', '--all')).toEqual({
      code: 1,
      output: 'msg_second  created\nmsg_never  stays: no-id\n',
    });
    expect(await waiting()).toEqual(['msg_never']);
  });

  it('says of an item that stands among the events and is none what is wrong, and goes on with the others', async () => {
    await belongTo('ins_another');
    await send('msg_beside', created('user_beside'));
    await belongTo(stack.file.instanceId);
    const pk = 'quarantine#msg_odd';
    await putItem(stack.file, { pk, group: 'quarantine', sort: `${Date.now()}#user_x` });
    const told = 'msg_odd  Item quarantine#msg_odd stands among the quarantined events';
    expect((await quarantine('list')).output).toContain(told);
    const { code, output } = await quarantine('replay', '--all');
    expect(code).toBe(1);
    expect(output).toContain('msg_odd  cannot be read: see the list\n');
    expect(output).toContain('msg_beside  created\n');
    await putItem(stack.file, { pk });
    expect(await quarantine('list')).toMatchObject({ code: 0 });
  });

  it('lets go of what is dismissed, with nothing of it left but its id', async () => {
    await send('msg_done', { type: 'user.deleted', data: {} });
    expect(await quarantine('dismiss', 'msg_done')).toEqual({ code: 0, output: 'msg_done  dismissed\n' });
    expect(await quarantine('dismiss', 'msg_done')).toEqual({ code: 1, output: 'msg_done  is not in quarantine\n' });
    expect(await quarantine('list')).toEqual({ code: 0, output: 'Nothing is in quarantine.\n' });
  });
});

describe('npm run quarantine, when it cannot do what it is told,', () => {
  it.each([
    [[], 2, 'Say what to do.'],
    [['eat'], 2, 'There is no eat here.'],
    [['replay'], 2, 'Say which messages to replay'],
    [['dismiss'], 2, 'Say which messages to dismiss'],
    [['list', 'msg_1'], 2, 'list takes no msg_1.'],
    [['replay', 'msg_unheard_of'], 1, 'msg_unheard_of  is not in quarantine'],
  ])('given %j ends with %d and says why', async (args, code, text) => {
    const ended = await quarantine(...args);
    expect(ended).toMatchObject({ code, output: expect.stringContaining(text) as string });
  });

  it('says what to do where no local cloud runs', async () => {
    removeStackFile(join(directory, '.local/stack.json'));
    const { code, output } = await quarantine('list');
    expect([code, output]).toEqual([1, expect.stringContaining('start one with `npm start`')]);
  });
});
