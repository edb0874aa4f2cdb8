import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/**
 * Runs a program to its end.
 * @returns what it wrote to its standard output
 * @throws Error with what it wrote to both, when it fails: compilers complain on the one, npm on the other
 */
export async function runProgram(file: string, parameters: readonly string[], cwd: string): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(file, [...parameters], { cwd, maxBuffer: 64 * 1024 * 1024 });
    return stdout;
  } catch (error) {
    if (!(error instanceof Error) || !('stdout' in error) || !('stderr' in error)) throw error;
    throw new Error(`${parameters.join(' ')} failed.\n${String(error.stdout)}${String(error.stderr)}`.trim(), {
      cause: error,
    });
  }
}
