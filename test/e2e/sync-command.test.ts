import { execFile } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import type { LocalStack } from '../../infra/local/local-stack.ts';
import { startLocalStack } from '../../infra/local/local-stack.ts';
import { removeStackFile, writeStackFile } from '../../infra/local/stack-file.ts';
import type { World } from '../../scripts/demo/world.ts';
import { createWorld } from '../../scripts/demo/world.ts';
import { putItem } from '../support/e2e/put-item.ts';
import { scan } from '../support/oracle.ts';

const script = fileURLToPath(new URL('../../scripts/sync-clerk-users.ts', import.meta.url));
let directory: string;
let stack: LocalStack;
let world: World;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'sync-'));
  stack = await startLocalStack({ assembly: inject('assembly') });
  world = createWorld(stack.file);
  await world.control('PUT', 'faults', { webhooks: { drop: 1 } });
  writeStackFile(join(directory, '.local/stack.json'), stack.file);
});
afterEach(async () => {
  await stack?.close();
  rmSync(directory, { recursive: true, force: true });
});

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What `npm run sync -- …` runs, beside the local cloud whose addresses stand in the directory. */
function sync(args: readonly string[], started: (child: ChildProcess) => void = () => undefined): Promise<Ended> {
  return new Promise((resolve) => {
    const options = { cwd: directory, env: { ...process.env, PWD: directory } };
    const child = execFile(process.execPath, [script, ...args], options, (_error, stdout, stderr) => {
      resolve({ code: child.exitCode, stdout, stderr });
    });
    started(child);
  });
}

/** The document that is the last thing on standard output. */
function documentOf({ stdout }: Ended): unknown {
  return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
}

async function importUsers(count: number): Promise<void> {
  const users = Array.from({ length: count }, (_, n) => ({
    email_address: [`imported${n}@example.com`],
    created_at: Date.UTC(2025, 0, 1) + n * 1_000,
  }));
  expect((await world.control('POST', 'users/import', { users })).status).toBe(200);
}

async function removeFromClerk(count: number): Promise<void> {
  const { data } = await world.clerk.users.getUserList({ limit: count, orderBy: '+created_at' });
  for (const user of data) await world.clerk.users.deleteUser(user.id);
}

describe('npm run sync', () => {
  it('tells the drift, repairs it, and finds nothing more', async () => {
    await importUsers(60);

    const dry = await sync(['--dry-run', '--json']);
    expect(dry).toMatchObject({ code: 2 });
    expect(documentOf(dry)).toMatchObject({ status: 'drift', clerkUsers: 60, storedUsers: 0, created: 60, drift: {} });
    expect((await world.compare()).users.table).toBe(0);

    const repaired = await sync([]);
    expect(repaired).toMatchObject({ code: 0 });
    expect(repaired.stdout).toMatch(/status +repaired\n/);
    expect(repaired.stdout).toMatch(/created +60\n/);
    expect((await world.compare()).mismatches).toEqual([]);

    const again = await sync(['--json', '--force']);
    expect(again.code).toBe(0);
    expect(documentOf(again)).toMatchObject({
      status: 'in-sync',
      runId: expect.any(String) as unknown,
      clerkUsers: 60,
      storedUsers: 60,
      created: 0,
      updated: 0,
      deleted: 0,
      restored: 0,
      seconds: expect.any(Number) as unknown,
    });
  });

  it('holds deletions with exit code 3, and makes them when they are approved', async () => {
    await importUsers(60);
    await sync([]);
    await removeFromClerk(25);

    const held = await sync([]);
    expect(held.code).toBe(3);
    const runId = /--approve-deletions (\S+)/.exec(held.stdout)?.[1] ?? '';
    expect((await world.compare()).users.table).toBe(60);

    const approved = await sync(['--approve-deletions', runId, '--json']);
    expect(approved).toMatchObject({ code: 0 });
    expect(documentOf(approved)).toMatchObject({ status: 'repaired', deleted: 25, storedUsers: 35 });
    expect((await world.compare()).mismatches).toEqual([]);

    const nothing = await sync(['--approve-deletions', 'of-nobody']);
    expect(nothing.code).toBe(1);
    expect(nothing.stdout).toContain('not known');
  });

  it('foretells in a dry run that deletions would be held for those of the runs before', async () => {
    await importUsers(60);
    await sync([]);
    await removeFromClerk(15);
    expect(documentOf(await sync(['--json']))).toMatchObject({ status: 'repaired', deleted: 15 });
    await removeFromClerk(10);

    const dry = await sync(['--dry-run', '--json']);
    const held = await sync(['--json']);
    expect(held).toMatchObject({ code: 3 });
    expect(documentOf(held)).toMatchObject({ heldBecause: expect.stringContaining('15 were deleted') as unknown });
    expect(dry).toMatchObject({ code: 2 });
    expect(documentOf(dry)).toMatchObject({
      deleted: 0,
      heldBecause: expect.stringContaining('15 were deleted') as unknown,
    });
  });

  it('looks at what was changed since a time, and says so when another run is at work', async () => {
    await importUsers(30);
    await sync([]);
    const { data } = await world.clerk.users.getUserList({ limit: 1 });
    await world.clerk.users.updateUser(data[0]!.id, { lastName: 'Since' });

    const dry = await sync(['--since', '1h', '--dry-run', '--json']);
    expect(dry).toMatchObject({ code: 2 });
    expect(documentOf(dry)).toMatchObject({ status: 'drift', updated: 1, drift: { lastName: 1 }, storedUsers: 30 });
    const repaired = await sync(['--since', new Date(Date.now() - 60_000).toISOString()]);
    expect(repaired).toMatchObject({ code: 0 });
    expect(repaired.stdout).toMatch(/updated +1\n/);
    expect((await world.compare()).mismatches).toEqual([]);

    await putItem(stack.file, { pk: 'lease', holder: 'somebody', fence: 9, until: '2999-01-01T00:00:00.000Z' });
    const skipped = await sync(['--since', '2h']);
    expect(skipped.code).toBe(1);
    expect(skipped.stdout).toContain('Run somebody is at work');
  });

  it('stops cleanly at Ctrl-C, lets go of the lease, and goes on next time', { timeout: 120_000 }, async () => {
    await importUsers(1_200);
    await world.control('PUT', 'faults', { webhooks: { drop: 1 }, api: { latencyMs: 400 } });
    const mirrored = async () => (await scan(stack.file)).filter(({ pk }) => String(pk).startsWith('user#')).length;
    let running: ChildProcess | undefined;
    const stopping = sync([], (child) => (running = child));
    // It is on its way, and most of the list is still to come.
    await expect.poll(mirrored, { timeout: 20_000 }).toBeGreaterThan(0);
    running?.kill('SIGINT');
    const stopped = await stopping;
    expect(stopped.code).toBe(130);
    expect(stopped.stdout).toContain('the same command goes on from there');
    await world.control('PUT', 'faults', { webhooks: { drop: 1 } });
    const resumed = await sync(['--json']);
    expect(resumed).toMatchObject({ code: 0 });
    expect(documentOf(resumed)).toMatchObject({ status: 'repaired', clerkUsers: 1_200, storedUsers: 1_200 });
    expect((await world.compare()).mismatches).toEqual([]);
  });

  it.each([
    [['--sideways'], 'sideways'],
    [['--stack'], '--stack'],
    [['--approve-deletions', 'run-1', '--dry-run'], '--approve-deletions'],
    [['--since', 'yesterday'], '--since yesterday is no time in the past'],
    [['--since', '2h', '--force'], '--since'],
    [['--since', '2h', '--approve-deletions', 'run-1'], '--since'],
  ])('refuses %j, which is no drift', async (args, told) => {
    const refused = await sync(args);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain(told);
    expect(refused.stderr).toContain('Usage:');
  });

  it('says what to do where no local cloud runs', async () => {
    removeStackFile(join(directory, '.local/stack.json'));
    const { code, stderr } = await sync([]);
    expect(code).toBe(1);
    expect(stderr).toContain('npm start');
  });
});
