import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Report } from '../bench/report.ts';

const script = fileURLToPath(new URL('../../scripts/bench.ts', import.meta.url));

interface Bench {
  readonly process: ChildProcess;
  readonly ended: Promise<number | null>;
  stdout(): string;
  stderr(): string;
}

let directory: string;
let running: Bench[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'bench-command-'));
});
afterEach(async () => {
  for (const { process } of running) process.kill('SIGKILL');
  await Promise.all(running.map(({ ended }) => ended));
  running = [];
  rmSync(directory, { recursive: true, force: true });
});

/** What `npm run bench -- …` runs, with a directory of its own for what it makes. */
function bench(...args: string[]): Bench {
  const child = spawn(process.execPath, [script, ...args], { env: { ...process.env, TMPDIR: directory } });
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (output.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const started = { process: child, ended, stdout: () => output.stdout, stderr: () => output.stderr };
  running.push(started);
  return started;
}

describe('npm run bench', () => {
  it('with --json prints one document and nothing else on its standard output, and its progress beside it', async () => {
    const run = bench('--json', '--only', 'bundle|unchanged');
    expect(await run.ended).toBe(0);
    const report = JSON.parse(run.stdout()) as Report;
    expect(report.node).toBe(process.version);
    const rowOf = (sought: string) => report.rows.find(({ name }) => name === sought);
    expect(rowOf('bundle.authorizer')).toMatchObject({ unit: 'KiB', target: '≤ 260', spread: 0 });
    expect(rowOf('unchanged.reads')).toMatchObject({ value: 1, target: '1', ok: true });
    expect(rowOf('unchanged.readUnits')).toMatchObject({ value: 0.5, target: '0.5', ok: true });
    for (const name of ['writes', 'writeUnits', 'logBytes', 'metricCalls']) {
      expect(rowOf(`unchanged.${name}`)).toMatchObject({ value: 0, target: '0', ok: true });
    }
    expect(run.stderr()).toMatch(/bundle\.authorizer: starting, about \d+ s left/);
    expect(readdirSync(directory)).toEqual([]);
  });

  it('measures users of its own with each measurement, whatever has been measured over the same tables before', async () => {
    const run = bench('--json', '--rounds', '4', '--only', '^(cost|webhook)$');
    expect([await run.ended, run.stderr().match(/The bench failed.*/)?.[0]]).toEqual([0, undefined]);
    const names = (JSON.parse(run.stdout()) as Report).rows.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['cost.unchanged/naive', 'webhook/parts']));
  });

  it('without it prints the same for people', async () => {
    const run = bench('--only', 'unchanged');
    expect(await run.ended).toBe(0);
    expect(run.stdout()).toMatch(/^✓ +unchanged\.readUnits +0\.5 units +± 0 +target 0\.5$/m);
    expect(run.stdout()).toContain('Every target is met.');
  });

  it.each([
    [['--colour'], '--colour'],
    [['--rounds', 'many'], '--rounds many: give a whole number'],
    [['--only', 'teapot'], '--only teapot fits no measurement'],
  ])('with %j says what is wrong and how it is used', async (args, message) => {
    const run = bench(...args);
    expect(await run.ended).toBe(2);
    expect(run.stderr()).toContain(message);
    expect(run.stderr()).toContain('npm run bench -- [--json] [--rounds N] [--only PATTERN]');
  });

  // Only Linux tells which processes there are without a program to ask.
  it.runIf(existsSync('/proc/self/stat')).each([
    ['while it starts', 'Starting a DynamoDB engine'],
    ['between rounds', 'cold: round'],
  ])('stopped %s leaves neither a process nor a file behind', async (_when, moment) => {
    const run = bench('--json', '--only', 'cold');
    await expect.poll(() => run.stderr(), { timeout: 25_000 }).toContain(moment);
    const descendants = descendantsOf(run.process.pid ?? 0);
    run.process.kill('SIGINT');
    expect(await run.ended).toBe(130);
    expect(run.stdout()).toBe('');
    expect(run.stderr()).toContain('Stopped.');
    expect(run.stderr()).not.toContain('failed');
    await expect.poll(() => descendants.filter(isRunning), { timeout: 5_000 }).toEqual([]);
    expect(readdirSync(directory)).toEqual([]);
  });
});

/** All processes below one, by their ids. */
function descendantsOf(pid: number): number[] {
  const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const children = all.map(Number).filter((candidate) => parentOf(candidate) === pid);
  return [...children, ...children.flatMap(descendantsOf)];
}

function isRunning(pid: number): boolean {
  return parentOf(pid) !== undefined;
}

/** Undefined for one that is gone, or is dead and only waits to be noticed. */
function parentOf(pid: number): number | undefined {
  try {
    const [state, parent] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return state === 'Z' ? undefined : Number(parent);
  } catch {
    return undefined;
  }
}
