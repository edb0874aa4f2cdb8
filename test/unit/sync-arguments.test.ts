import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { keptByNpm } from '../../scripts/support/arguments.ts';
import type { Ended } from '../support/e2e/run-script.ts';
import { runScript } from '../support/e2e/run-script.ts';

/** Without a local cloud in it. */
const directory = mkdtempSync(join(tmpdir(), 'sync-arguments-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function sync(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<Ended> {
  return runScript('sync-clerk-users', args, {
    cwd: directory,
    env: { PATH: process.env['PATH'] ?? '', ...environment },
  });
}

describe('an option that stands before the `--` of npm', () => {
  const options = { 'dry-run': { type: 'boolean' }, since: { type: 'string' }, json: { type: 'boolean' } } as const;

  it.each([
    ['a flag', [], { npm_config_dry_run: 'true' }, ['--dry-run']],
    ['one with a value', ['--dry-run'], { npm_config_since: '2h' }, ['--since']],
    [
      'one that is there twice',
      ['--since=3h', '--dry-run'],
      { npm_config_since: '2h', npm_config_dry_run: 'true' },
      [],
    ],
    ['one that is switched off', [], { npm_config_dry_run: '' }, []],
    ['one that people set npm to for good, and that changes nothing that is done', [], { npm_config_json: 'true' }, []],
    ['none of this command', [], { npm_config_stack: 'mine', npm_config_user_agent: 'npm' }, []],
  ])('is %s', (_what, args, environment, kept) => {
    expect(keptByNpm(options, args, environment)).toEqual(kept);
  });

  it('may be a short one: of `-c stage=staging` npm makes a setting of its own, and the command would deploy production', () => {
    const context = { context: { type: 'string', short: 'c', multiple: true } } as const;
    expect(keptByNpm(context, [], { npm_config_call: 'stage=staging' })).toEqual(['--context']);
    expect(keptByNpm(context, [], { npm_config_call: 'npm start' })).toEqual([]);
    expect(keptByNpm(context, ['-c', 'stage=staging'], { npm_config_call: 'stage=staging' })).toEqual([]);
    expect(keptByNpm(options, [], { npm_config_call: 'stage=staging' })).toEqual([]);
  });

  it('is not passed over: what was meant to be a dry run would write', async () => {
    const { code, stdout, stderr } = await sync([], { npm_config_dry_run: 'true' });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('npm has kept --dry-run for itself');
    expect(stderr).toContain('npm run sync -- [--dry-run]');
  });
});

describe('npm run sync', () => {
  it.each([
    [['--user', 'ada@example.com'], '--user ada@example.com is no id of a user'],
    [['--approve-deletions', 'run 1'], '--approve-deletions run 1 is no id of a run'],
    [['--since', '1999-12-31'], '--since 1999-12-31 is no time in the past'],
    [['--since', '9999d'], '--since 9999d is no time in the past'],
    [['--user', 'user_1', '--force'], '--user looks at one user'],
    [['somebody'], "Unexpected argument 'somebody'"],
  ])('refuses %j before it looks for anything', async (args, told) => {
    const { code, stdout, stderr } = await sync(args);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(told);
    expect(stderr).toContain('Usage:');
  });

  it('answers a machine also where it cannot begin', async () => {
    const { code, stdout, stderr } = await sync(['--json']);
    expect(code).toBe(1);
    expect(stderr).toContain('npm start');
    const document: unknown = JSON.parse(stdout);
    const nothing = { created: 0, updated: 0, deleted: 0, restored: 0, drift: {} };
    expect(document).toMatchObject({ status: 'failed', runId: '', clerkUsers: 0, storedUsers: 0, ...nothing });
    expect(document).toMatchObject({ failedBecause: expect.stringContaining('npm start') as unknown });
  });
});
