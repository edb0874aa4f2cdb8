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
  /** What it has written to its outputs so far, bytes: all of it once it is closed. */
  written(): number;
}

export interface SubjectProcessOptions {
  /** The bundled runner. */
  readonly runner: string;
  /** The whole environment: nothing of this process's own is handed on. */
  readonly environment: Readonly<Record<string, string>>;
  /** Whether its standard output is read; default no, which costs those who are timed the least. */
  readonly countsOutput?: boolean;
}

/** For a process that does not end by itself. */
const GRACE_MS = 2_000;

/** Starts the process at once; the first job waits until the handler is loaded. */
export function startSubjectProcess(options: SubjectProcessOptions): SubjectProcess {
  const output = options.countsOutput === true ? 'pipe' : 'ignore';
  const env = { ...options.environment };
  const child = fork(options.runner, [], { env, execArgv: [], stdio: ['ignore', output, 'pipe', 'ipc'] });
  const ended = endOf(child);
  const complaints = tailOf(child);
  const written = bytesOf(child);
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
    written,
  };
}

/** When it has exited and its outputs are read to their end. A process that was disconnected never says `close`. */
async function endOf(child: ChildProcess): Promise<void> {
  const outputs = [child.stdout, child.stderr].filter((output) => output !== null);
  await Promise.all([once(child, 'exit'), ...outputs.map((output) => once(output, 'end'))]);
}

async function end(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  if (child.connected) child.disconnect();
  const timer = setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
  await ended;
  clearTimeout(timer);
}

/** Of its standard output, if that is read, and its standard error. */
function bytesOf({ stdout, stderr }: ChildProcess): () => number {
  let bytes = 0;
  for (const output of [stdout, stderr]) output?.on('data', (chunk: Buffer) => (bytes += chunk.length));
  return () => bytes;
}

/** The last of what it wrote to its standard error. */
function tailOf(child: ChildProcess): () => string {
  let text = '';
  child.stderr?.on('data', (chunk: Buffer) => (text = (text + chunk.toString()).slice(-4_096)));
  return () => text.trim();
}
