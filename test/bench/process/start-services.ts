import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { ServedSecret } from './services.ts';

export interface Services {
  readonly url: string;
  close(): Promise<void>;
}

/** Starts CloudWatch and Secrets Manager in a process of their own: what they do must not slow down those who measure. */
export async function startServices(secret: ServedSecret): Promise<Services> {
  const child = fork(join(import.meta.dirname, 'services.ts'), [], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const ended = once(child, 'exit');
  child.send(secret);
  const [url] = (await Promise.race([once(child, 'message'), ended.then(() => [])])) as [string | undefined];
  if (url === undefined) throw new Error('The local metric service ended before it was ready.');
  return {
    url,
    async close() {
      if (child.connected) child.disconnect();
      await ended;
    },
  };
}
