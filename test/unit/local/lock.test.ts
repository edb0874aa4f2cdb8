import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { takeLock } from '../../../scripts/start/lock.ts';

let directory: string;
let lock: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'lock-'));
  lock = join(directory, 'lock');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** A process that has just ended. */
const gone = () => spawnSync(process.execPath, ['-e', '']).pid;

describe('The lock of a state directory', () => {
  it('names this process, and is gone when it is let go of', () => {
    const release = takeLock(directory);
    expect(readFileSync(lock, 'utf8')).toBe(String(process.pid));
    expect(readdirSync(directory)).toEqual(['lock']);
    release();
    expect(existsSync(lock)).toBe(false);
  });

  it('is refused while its holder runs', () => {
    writeFileSync(lock, String(process.ppid));
    expect(() => takeLock(directory)).toThrow(`already running here (process ${process.ppid})`);
    expect(readFileSync(lock, 'utf8')).toBe(String(process.ppid));
  });

  it.each([
    ['by a process that is gone', () => String(gone())],
    ['empty', () => ''],
  ])('left behind %s is taken over', (_case, content) => {
    writeFileSync(lock, content());
    takeLock(directory);
    expect(readFileSync(lock, 'utf8')).toBe(String(process.pid));
    expect(readdirSync(directory)).toEqual(['lock']);
  });

  it('that somebody else has taken since is not let go of', () => {
    const release = takeLock(directory);
    writeFileSync(lock, String(process.ppid));
    release();
    expect(existsSync(lock)).toBe(true);
  });
});
