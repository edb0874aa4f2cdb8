import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeStackFile } from '../../../infra/local/stack-file.ts';
import type { LocalStack } from '../../../infra/local/local-stack.ts';

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a script as its `npm run` does, in a directory of the test's. */
export function runScript(
  script: string,
  args: readonly string[],
  { cwd, env }: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
): Promise<Ended> {
  const file = fileURLToPath(new URL(`../../../scripts/${script}.ts`, import.meta.url));
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [file, ...args], { cwd, env }, (_error, stdout, stderr) => {
      resolve({ code: child.exitCode, stdout, stderr });
    });
  });
}

/**
 * For a command with `--stack`: the local cloud in AWS's place, and nothing of the developer's own AWS set-up.
 * @param home a directory of the test's
 */
export function deployedEnvironment({ cloud }: LocalStack, home: string): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: home,
    AWS_REGION: cloud.region,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_ENDPOINT_URL: cloud.servicesUrl,
    AWS_ENDPOINT_URL_DYNAMODB: cloud.dynamodbUrl,
  };
}

/** Runs a script beside a local cloud, in a directory that is gone afterwards. */
export async function runCommand({ file }: LocalStack, script: string, ...args: readonly string[]): Promise<Ended> {
  const cwd = mkdtempSync(join(tmpdir(), `${script}-`));
  try {
    writeStackFile(join(cwd, '.local/stack.json'), file);
    return await runScript(script, args, { cwd, env: { PATH: process.env['PATH'] ?? '' } });
  } finally {
    rmSync(cwd, { recursive: true, force: true });
  }
}
