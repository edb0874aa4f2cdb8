import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { ClerkQuestion, ServedClerk } from './clerk.ts';

export interface ClerkProcess extends ServedClerk {
  /** Calls of the Backend API so far. */
  calls(): Promise<number>;
  close(): Promise<void>;
}

/** Starts the stand-in for Clerk in a process of its own: rendering its lists costs more than reading them. */
export async function startClerk(users: number): Promise<ClerkProcess> {
  const child = fork(join(import.meta.dirname, 'clerk.ts'), [], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const ended = once(child, 'exit');
  const clerk = await ask<ServedClerk>(child, ended, { users });
  return {
    ...clerk,
    calls: () => ask<number>(child, ended, 'calls'),
    async close() {
      if (child.connected) child.disconnect();
      await ended;
    },
  };
}

async function ask<T>(child: ChildProcess, ended: Promise<unknown>, question: ClerkQuestion): Promise<T> {
  child.send(question);
  const [answer] = (await Promise.race([once(child, 'message'), ended.then(() => [])])) as [T | undefined];
  if (answer === undefined) throw new Error('The stand-in for Clerk has ended.');
  return answer;
}
