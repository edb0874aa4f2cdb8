import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runScript } from '../support/e2e/run-script.ts';

let cwd: string;
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'commands-'));
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

/** What they do is seen in test/e2e: here nothing runs that they could do anything to. */
describe('the commands of a recovery, when they cannot do what they are told,', () => {
  it.each([
    ['recover', ['app'], 2, 'app needs --from, a table.'],
    ['recover', ['restore', '--to', 'restored', '--overwrite'], 2, 'restore takes no --overwrite.'],
    ['failures', ['drop', 'message', '--all'], 2, 'Say which messages to drop: by their ids, or --all.'],
    ['sync-clerk-users', ['--user', 'user_1', '--force'], 1, '--user looks at one user, hand edits included'],
  ])('%s %j ends with %d and says why', async (script, args, code, text) => {
    const { stderr, ...ended } = await runScript(script, args, { cwd, env: { PATH: process.env['PATH'] ?? '' } });
    expect({ ...ended, stderr: stderr.includes(text) || stderr }).toEqual({ code, stdout: '', stderr: true });
  });
});
