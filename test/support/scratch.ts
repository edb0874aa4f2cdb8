import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Gives every process of a run of the tests one directory for what is temporary, and removes it when all have ended: a worker
 * that vitest ends never comes to what it would have done at its exit. The name is short because sockets lie in it, too.
 *
 * @returns what removes it
 */
export default function openScratch(): () => void {
  const scratch = mkdtempSync(join(tmpdir(), 'cds-tests-'));
  process.env['TMPDIR'] = scratch;
  return () => rmSync(scratch, { recursive: true, force: true });
}
