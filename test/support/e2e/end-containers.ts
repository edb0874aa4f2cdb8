import { readdirSync, readFileSync } from 'node:fs';

/** Only Linux tells which processes there are, and their environments, without a program to ask. */
export const canEndContainers = process.platform === 'linux';

export interface Container {
  readonly pid: number;
  readonly functionName: string;
}

/** What runs a function's code in its process; its tether, a shell, has the same environment. */
const RUNTIME = 'lambda/bootstrap.ts';

/**
 * The processes that run the functions of one local cloud. Found by what their environment says, so that nobody else's are.
 *
 * @param servicesUrl of the cloud, which no other one has
 */
export function containersOf(servicesUrl: string): readonly Container[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.flatMap((pid) => {
    const environment = textOf(pid, 'environ').split('\0');
    const isOurs = environment.includes(`AWS_ENDPOINT_URL=${servicesUrl}`);
    const [, functionName] =
      environment.map((each) => /^AWS_LAMBDA_FUNCTION_NAME=(.*)$/.exec(each)).find(Boolean) ?? [];
    if (!isOurs || functionName === undefined || !isRuntime(pid)) return [];
    return [{ pid: Number(pid), functionName }];
  });
}

/**
 * Ends the processes of one function of one local cloud, as Lambda ends containers when it pleases: what they kept in memory
 * is gone.
 */
export function endContainers(functionName: string, servicesUrl: string): void {
  for (const container of containersOf(servicesUrl)) {
    if (container.functionName === functionName) endContainer(container);
  }
}

export function endContainer({ pid }: Container): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Gone since.
  }
}

function isRuntime(pid: string): boolean {
  const [program = '', script = ''] = textOf(pid, 'cmdline').split('\0');
  return /node[^/]*$/.test(program) && script.endsWith(RUNTIME);
}

function textOf(pid: string, file: 'environ' | 'cmdline'): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    // Somebody else's, or gone since.
    return '';
  }
}
