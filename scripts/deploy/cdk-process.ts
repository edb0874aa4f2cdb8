import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import type { Cdk } from './ports.ts';

/**
 * The CDK's tool as a process that has this one's terminal, so that it can ask and draw. Ctrl-C reaches both there; a signal that
 * was sent to this process alone is passed on. Either way this one waits for it to end.
 *
 * @param program the tool's own file
 * @param environment of the tool
 */
export function cdkProcess(program: string, environment: NodeJS.ProcessEnv = process.env): Cdk {
  return { run: (parameters) => run([program, ...parameters], environment) };
}

function run(parameters: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, parameters, { stdio: 'inherit', env });
    const signals = passOnSignals((signal) => child.kill(signal));
    child.once('error', (error) => {
      signals.release();
      reject(error);
    });
    child.once('exit', (code, signal) => {
      signals.release();
      // The tool ends in its own way when it is asked to: whoever called this asked, all the same.
      const ended = signals.received() ?? signal;
      resolve(ended ? 128 + constants.signals[ended] : (code ?? 1));
    });
  });
}

interface PassedOn {
  /** The first of them. */
  received(): NodeJS.Signals | undefined;
  release(): void;
}

function passOnSignals(pass: (signal: NodeJS.Signals) => void): PassedOn {
  let first: NodeJS.Signals | undefined;
  const handlers = (['SIGINT', 'SIGTERM', 'SIGHUP'] as const).map((signal) => {
    const handler = (): void => {
      first ??= signal;
      pass(signal);
    };
    process.on(signal, handler);
    return [signal, handler] as const;
  });
  return {
    received: () => first,
    release: () => handlers.forEach(([signal, handler]) => process.off(signal, handler)),
  };
}
