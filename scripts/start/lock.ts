import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
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
    refuseIfRunning(holderOf(path));
    if (!removeStale(path) || !create(path)) throw new Error('Another local cloud is starting here: try again.');
  }
  return () => {
    if (holderOf(path) === process.pid) rmSync(path, { force: true });
  };
}

/** Puts the lock there whole, with our process id in it, or not at all. */
function create(path: string): boolean {
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, String(process.pid));
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Moves the lock aside before it is removed: of two that find it stale one moves it, and a fresh one is put back. */
function removeStale(path: string): boolean {
  const aside = `${path}.stale.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return true;
    throw error;
  }
  const isStale = !isRunning(holderOf(aside));
  if (!isStale) renameSync(aside, path);
  rmSync(aside, { force: true });
  return isStale;
}

function refuseIfRunning(holder: number): void {
  if (!isRunning(holder)) return;
  throw new Error(
    `A local cloud is already running here (process ${holder}). Its addresses are in .local/stack.json; ` +
      'stop it with Ctrl-C first, or start this one from another checkout.',
  );
}

function holderOf(path: string): number {
  try {
    return Number(readFileSync(path, 'utf8'));
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return 0;
    throw error;
  }
}

function isRunning(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It runs, as somebody else.
    return codeOf(error) === 'EPERM';
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
