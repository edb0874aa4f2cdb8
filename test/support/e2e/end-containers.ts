import { readdirSync, readFileSync } from 'node:fs';

/** Only Linux tells which processes there are, and their environments, without a program to ask. */
export const canEndContainers = process.platform === 'linux';

/**
 * Ends the processes of one function of one local cloud, as Lambda ends containers when it pleases: what they kept in memory
 * is gone. Found by what their environment says, so that nobody else's is ended.
 *
 * @param servicesUrl of the cloud, which no other one has
 */
export function endContainers(functionName: string, servicesUrl: string): void {
  const marks = [`AWS_LAMBDA_FUNCTION_NAME=${functionName}\0`, `AWS_ENDPOINT_URL=${servicesUrl}\0`];
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const environment = `${environmentOf(pid)}\0`;
    if (marks.every((mark) => environment.includes(mark))) process.kill(Number(pid), 'SIGKILL');
  }
}

function environmentOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8');
  } catch {
    // Somebody else's, or gone since.
    return '';
  }
}
