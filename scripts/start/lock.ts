import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Makes sure that one local cloud at a time uses a state directory.
 *
 * @returns lets go of the lock
 * @throws Error that names the process which holds it; a lock left behind by one that is gone is taken over
 */
export function takeLock(directory: string): () => void {
  mkdirSync(directory, { recursive: true });
  const path = join(directory, 'lock');
  if (!create(path)) {
    const holder = Number(readFileSync(path, 'utf8'));
    if (isRunning(holder)) {
      throw new Error(
        `A local cloud is already running here (process ${holder}). Its addresses are in .local/stack.json; ` +
          'stop it with Ctrl-C first, or start this one from another checkout.',
      );
    }
    rmSync(path, { force: true });
    if (!create(path)) throw new Error('Another local cloud is starting here at this moment: try again.');
  }
  return () => rmSync(path, { force: true });
}

function create(path: string): boolean {
  try {
    writeFileSync(path, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

function isRunning(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it runs, as somebody else.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
