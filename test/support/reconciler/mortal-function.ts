import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { bundle } from '../../../infra/constructs/bundle.ts';
import type { InvocationResult } from '../../../infra/local/invocation.ts';

/** A function as it is deployed, each invocation in a process of its own, which can be killed. */
export interface MortalFunction {
  /** Invokes it. A process that is killed is answered for as Lambda does. */
  invoke(event: unknown): Promise<InvocationResult>;
  /** Told when a process has its event; what it returns is told when the process has ended, and whether it was killed. */
  onStart: () => (wasKilled: boolean) => void;
  /** `kill -9` of the process that is at work, if one is. */
  kill(): void;
  close(): void;
}

const ROOT = resolve(import.meta.dirname, '../../..');
const RUNNER = join(ROOT, 'test/support/durable/function-process.ts');

/**
 * @param entry from the root of the repository
 * @param environment everything that the process knows of the world
 */
export function bundleFunction(entry: string, environment: Readonly<Record<string, string>>): MortalFunction {
  const directory = mkdtempSync(join(tmpdir(), 'reconciler-'));
  const outfile = join(directory, 'index.mjs');
  bundle(ROOT, join(ROOT, entry), outfile);
  let working: ChildProcess | undefined;
  const mortal: MortalFunction = {
    onStart: () => () => undefined,
    async invoke(event) {
      const child = fork(RUNNER, [outfile], { env: { ...environment }, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
      working = child;
      const result = await resultOf(child, event, () => mortal.onStart());
      working = undefined;
      return result;
    },
    kill: () => void working?.kill('SIGKILL'),
    close: () => rmSync(directory, { recursive: true, force: true }),
  };
  return mortal;
}

function resultOf(child: ChildProcess, event: unknown, onStart: MortalFunction['onStart']): Promise<InvocationResult> {
  return new Promise((resolveWith) => {
    let result: InvocationResult | undefined;
    let onEnd: (wasKilled: boolean) => void = () => undefined;
    child.on('message', (message: 'ready' | InvocationResult) => {
      if (message !== 'ready') {
        result = message;
        return;
      }
      child.send(event as object);
      onEnd = onStart();
    });
    child.on('exit', (_code, signal) => {
      onEnd(result === undefined && signal === 'SIGKILL');
      const crash = { errorType: 'Runtime.ExitError', errorMessage: `Runtime exited with ${signal}` };
      resolveWith(result ?? { ok: false, error: crash });
    });
  });
}
