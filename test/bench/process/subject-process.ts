import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Job, JobReport, LoadFailure, Outcome } from './messages.ts';

/** A handler in a process of its own, which ends with `close()` and with this process. */
export interface SubjectProcess {
  /** Invokes the handler once. */
  call(event: unknown): Promise<Outcome>;
  /**
   * Invokes it with all events, `times` times over.
   * @throws when the handler cannot be loaded or the process ends
   */
  run(job: Job): Promise<JobReport>;
  close(): Promise<void>;
}

export interface SubjectProcessOptions {
  /** The bundled runner. */
  readonly runner: string;
  /** The whole environment: nothing of this process's own is handed on. */
  readonly environment: Readonly<Record<string, string>>;
}

/** For a process that does not end by itself. */
const GRACE_MS = 2_000;

/** Starts the process at once; the first job waits until the handler is loaded. */
export function startSubjectProcess({ runner, environment }: SubjectProcessOptions): SubjectProcess {
  const child = fork(runner, [], { env: { ...environment }, execArgv: [], stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  const ended = once(child, 'exit');
  const complaints = tailOf(child);
  const run = async (job: Job): Promise<JobReport> => {
    child.send(job);
    const [reply] = (await Promise.race([once(child, 'message'), ended.then(() => [])])) as [JobReport | LoadFailure];
    if (reply === undefined) throw new Error(`A measured process has ended: ${complaints()}`);
    if ('failed' in reply) throw new Error(`A handler could not be loaded: ${reply.failed}`);
    return reply;
  };
  return {
    run,
    call: async (event) => (await run({ events: [event], times: 1 })).outcome,
    close: () => end(child, ended),
  };
}

async function end(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  if (child.connected) child.disconnect();
  const timer = setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
  await ended;
  clearTimeout(timer);
}

/** The last of what it wrote to its standard error. */
function tailOf(child: ChildProcess): () => string {
  let text = '';
  child.stderr?.on('data', (chunk: Buffer) => (text = (text + chunk.toString()).slice(-4_096)));
  return () => text.trim();
}
