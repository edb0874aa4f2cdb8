import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { cdkProcess } from '../../../scripts/deploy/cdk-process.ts';

const directory = mkdtempSync(join(tmpdir(), 'cdk-process-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** A program that stands in for the tool: it writes down what it was given and does what its text says. */
function program(name: string, text: string): { readonly path: string; readonly given: () => string } {
  const path = join(directory, `${name}.mjs`);
  const record = join(directory, `${name}.json`);
  const write = `import { writeFileSync } from 'node:fs';\nwriteFileSync(${JSON.stringify(record)}, JSON.stringify(process.argv.slice(2)));\n`;
  writeFileSync(path, write + text);
  return { path, given: () => readFileSync(record, 'utf8') };
}

describe("the CDK's tool", () => {
  it.each([0, 1, 7])('is given what it is to do, word by word, and its exit code %d comes back', async (code) => {
    const tool = program(`exits-${code}`, `process.exit(${code});`);
    expect(await cdkProcess(tool.path).run(['deploy', 'a stack', '--context', 'x=y z'])).toBe(code);
    expect(JSON.parse(tool.given())).toEqual(['deploy', 'a stack', '--context', 'x=y z']);
  });

  it('that a signal has ended answers with 128 and its number', async () => {
    expect(await cdkProcess(program('dies', "process.kill(process.pid, 'SIGKILL');").path).run([])).toBe(137);
  });

  it('is asked to end when this process is, is waited for, and nothing of it is left behind here', async () => {
    const before = process.listenerCount('SIGTERM');
    const tool = program('heeds', "process.on('SIGTERM', () => process.exit(0)); setInterval(() => {}, 1000);");
    const ended = cdkProcess(tool.path).run([]);
    while (!isThere(tool)) await sleep(20);
    await sleep(100);
    process.emit('SIGTERM');
    expect(await ended).toBe(143);
    expect(process.listenerCount('SIGTERM')).toBe(before);
  });
});

function isThere(tool: { readonly given: () => string }): boolean {
  try {
    return tool.given() !== '';
  } catch {
    return false;
  }
}
