import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { StackFile } from '../../../infra/local/stack-file.ts';
import { processorTime } from '../load/processor-time.ts';
import type { ProcessorTime } from '../load/processor-time.ts';
import type { TimeByPart } from '../load/profile.ts';
import type { CloudQuestion } from './cloud.ts';

export interface CloudProcess {
  readonly file: StackFile;
  processorTime(): ProcessorTime | undefined;
  /** Takes a profile of the cloud's own process while something is done. */
  profile(work: () => Promise<void>): Promise<TimeByPart>;
  close(): Promise<void>;
}

type Reply = { readonly value: unknown } | { readonly failed: string };

/**
 * Starts the local cloud in a process of its own.
 * @throws when it cannot be started, with what it says
 */
export async function startCloud(onStarted: (close: () => Promise<void>) => void): Promise<CloudProcess> {
  const child = fork(join(import.meta.dirname, 'cloud.ts'), [], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const ended = once(child, 'exit');
  const ask = <T>(question: CloudQuestion): Promise<T> => askChild<T>(child, ended, question);
  const close = async (): Promise<void> => {
    if (child.connected) child.disconnect();
    await ended;
  };
  onStarted(close);
  const file = await ask<StackFile>('start');
  return {
    file,
    processorTime: () => processorTime(child.pid ?? 0),
    async profile(work) {
      await ask('profile');
      await work();
      return ask<TimeByPart>('profiled');
    },
    close,
  };
}

async function askChild<T>(child: ChildProcess, ended: Promise<unknown>, question: CloudQuestion): Promise<T> {
  child.send(question);
  const [reply] = (await Promise.race([once(child, 'message'), ended.then(() => [])])) as [Reply | undefined];
  if (reply === undefined) throw new Error('The local cloud has ended.');
  if ('failed' in reply) throw new Error(`The local cloud could not ${question}: ${reply.failed}`);
  return reply.value as T;
}
