import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { StackFile } from '../../infra/local/stack-file.ts';

const script = fileURLToPath(new URL('../../scripts/start.ts', import.meta.url));
let directory: string;
let running: Start[] = [];

interface Start {
  readonly process: ChildProcess;
  readonly ended: Promise<number | null>;
  output(): string;
}

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'npm-start-'));
});
afterEach(async () => {
  for (const start of running) start.process.kill('SIGKILL');
  await Promise.all(running.map(({ ended }) => ended));
  running = [];
  rmSync(directory, { recursive: true, force: true });
});

/** What `npm start -- …` runs, in a directory of its own. */
function start(args: readonly string[] = ['--port', '0'], environment: Record<string, string> = {}): Start {
  const env = { ...process.env, PWD: directory, ...environment };
  const child = spawn(process.execPath, [script, ...args], { cwd: directory, env });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const started = { process: child, ended, output: () => text };
  running.push(started);
  return started;
}

async function untilRunning(started: Start): Promise<StackFile> {
  const file = join(directory, '.local/stack.json');
  for (let waited = 0; waited < 600; waited += 1) {
    if (started.output().includes('Running.')) return JSON.parse(readFileSync(file, 'utf8')) as StackFile;
    if (started.process.exitCode !== null) break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`npm start did not come up:\n${started.output()}`);
}

async function answers(url: string): Promise<boolean> {
  return fetch(url).then(
    () => true,
    () => false,
  );
}

async function stop(started: Start): Promise<number | null> {
  started.process.kill('SIGINT');
  return started.ended;
}

/** Some start it three times over, each time with its synthesis and an engine. */
const LIMIT_MS = 180_000;

describe('npm start', { timeout: LIMIT_MS }, () => {
  it('prints working addresses, writes them whole to stack.json, and leaves nothing behind on Ctrl-C', async () => {
    const started = start();
    const stack = await untilRunning(started);
    expect(Object.values(stack).every((value) => value !== '' && value !== undefined)).toBe(true);
    for (const address of [stack.api, stack.clerk, stack.dynamodb, stack.console]) {
      expect(started.output()).toContain(address);
      expect(address.endsWith('/')).toBe(false);
    }
    expect(await userCount(stack)).toBe(5);
    expect(await stop(started)).toBe(130);
    expect(started.output()).toContain('npm start -- --fresh');
    expect(existsSync(join(directory, '.local/stack.json'))).toBe(false);
    expect(existsSync(join(directory, '.local/lock'))).toBe(false);
    expect(await Promise.all([stack.api, stack.clerk, stack.dynamodb, stack.metrics].map(answers))).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });

  it('prints commands that work when they are pasted', async () => {
    const started = start();
    const stack = await untilRunning(started);
    const commands = started.output().split('# A session token')[1]?.split('# What was counted')[0] ?? '';
    const shell = spawn('bash', ['-euc', commands.slice(commands.indexOf('\n'))]);
    let printed = '';
    shell.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
    const code = await new Promise((resolve) => shell.once('close', resolve));
    expect(code).toBe(0);
    expect(printed).toContain('"firstName":"Ada"');
    expect(printed).toContain('"status":"in-sync"');
    expect(stack.api).toMatch(/^http:\/\//);
  });

  it('goes on with the same users and keys after a restart, and forgets them with --fresh', async () => {
    const first = start();
    const before = await untilRunning(first);
    await stop(first);
    const second = start();
    const again = await untilRunning(second);
    expect([again.secretKey, again.kid, again.instanceId]).toEqual([before.secretKey, before.kid, before.instanceId]);
    expect(await userCount(again)).toBe(5);
    await stop(second);
    const fresh = await untilRunning(start(['--port', '0', '--fresh']));
    expect(fresh.instanceId).not.toBe(before.instanceId);
    expect(await userCount(fresh)).toBe(5);
  });

  it('twice at once: the second says that the first runs, and does not disturb it', async () => {
    const first = start();
    const stack = await untilRunning(first);
    const second = start();
    expect(await second.ended).toBe(1);
    expect(second.output()).toContain(`already running here (process ${first.process.pid})`);
    expect(await answers(stack.api)).toBe(true);
    expect(existsSync(join(directory, '.local/stack.json'))).toBe(true);
  });

  it('stops in order on a Ctrl-C that comes twice at once, as npm and the terminal both pass it on', async () => {
    const started = start();
    const stack = await untilRunning(started);
    const created = await fetch(`${stack.clerk}/v1/users`, {
      method: 'POST',
      headers: { authorization: `Bearer ${stack.secretKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ email_address: ['last@example.com'] }),
    });
    expect(created.status).toBe(200);
    started.process.kill('SIGINT');
    await new Promise((resolve) => setTimeout(resolve, 5));
    started.process.kill('SIGINT');
    expect(await started.ended).toBe(130);
    expect(readFileSync(join(directory, '.local/clerk.json'), 'utf8')).toContain('last@example.com');
  });

  // Only Linux tells which processes there are without a program to ask.
  it.runIf(existsSync('/proc/self/environ'))(
    'stopped while it starts leaves neither a process nor a file behind',
    async () => {
      const started = start();
      while (!started.output().includes('Synthesising')) await new Promise((resolve) => setTimeout(resolve, 20));
      await new Promise((resolve) => setTimeout(resolve, 500));
      expect(await stop(started)).toBe(130);
      expect(readdirSync(join(directory, '.local'))).not.toContain('lock');
      const left = () =>
        readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && environmentOf(pid).includes(directory));
      await expect.poll(left).toEqual([]);
    },
  );

  it('takes over from one that was killed', async () => {
    const first = start();
    const stack = await untilRunning(first);
    first.process.kill('SIGKILL');
    await first.ended;
    const second = start();
    await untilRunning(second);
    expect(await answers(stack.dynamodb)).toBe(false);
  });

  it('on a taken port names the port and the option, and leaves nothing half-started', async () => {
    const squatter = createServer();
    await new Promise<void>((resolve) => squatter.listen(0, '127.0.0.1', resolve));
    const { port } = squatter.address() as AddressInfo;
    const started = start(['--port', String(port)]);
    expect(await started.ended).toBe(1);
    squatter.close();
    expect(started.output()).toContain(String(port));
    expect(started.output()).toContain('--port');
    expect(readdirSync(join(directory, '.local'))).not.toContain('stack.json');
    expect(readdirSync(join(directory, '.local'))).not.toContain('lock');
  });

  it.each([
    [['--port', 'http'], '--port http is not a port'],
    [['--colour'], '--colour'],
    [['-c', 'stage'], '-c stage is not a setting'],
  ])('with %j says what is wrong', async (args, message) => {
    const started = start(args);
    expect(await started.ended).toBeGreaterThan(0);
    expect(started.output()).toContain(message);
  });

  it('without a DynamoDB engine says at once where to get one or which variable to set', async () => {
    const started = start(['--port', '0'], { AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:1' });
    expect(await started.ended).toBe(1);
    expect(started.output()).toContain('AWS_ENDPOINT_URL_DYNAMODB');
  });
});

/** Of a process; every one that the start has started has its directory in `PWD`. Empty where there is none to read. */
function environmentOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8');
  } catch {
    return '';
  }
}

async function userCount(stack: StackFile): Promise<number> {
  const response = await fetch(`${stack.clerk}/v1/users/count`, {
    headers: { authorization: `Bearer ${stack.secretKey}` },
  });
  return ((await response.json()) as { total_count: number }).total_count;
}
