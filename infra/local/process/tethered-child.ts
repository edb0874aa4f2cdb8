import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';

/** A child process that cannot outlive this one, however this one ends (also by SIGKILL). */
export interface TetheredChild {
  /** Leader of the process group that holds the program and all that it starts. */
  readonly pid: number;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Resolves with the exit code when the program has ended; a signal n that ended it reads as 128 + n. */
  readonly exited: Promise<number>;
  /** Sends `endSignal`, insists after two seconds, and ends what the program has left behind. Resolves after that. */
  stop(): Promise<void>;
  /** Ends it as a machine that fails does: SIGKILL, whatever its `endSignal` is. Resolves when all of it is gone. */
  kill(): Promise<void>;
}

export interface TetheredChildOptions {
  readonly env: Record<string, string>;
  readonly cwd?: string;
  /** What the program gets when it is stopped or this process is gone. */
  readonly endSignal: 'TERM' | 'KILL';
}

/**
 * The shell waits for the program and, beside it, for a line on its own standard input, the name of a signal, or for its end.
 * That pipe is held open by this process alone, so it ends with it. Node has no portable way to ask the kernel for this.
 */
const TETHER = `
signal=$1
shift
exec 3<&0
"$@" </dev/null 3<&- &
child=$!
{ read -r other <&3; test -n "$other" && signal=$other; kill -s "$signal" "$child"; } >/dev/null 2>&1 &
watcher=$!
exec 3<&- >/dev/null 2>&1
wait "$child"
code=$?
kill -s KILL "$watcher"
wait "$watcher" 2>/dev/null
exit $code`;

/** For a program that does not heed its signal. */
const GRACE_MS = 2000;

const windows = process.platform === 'win32';

/**
 * Starts a program tethered to this process, in a process group of its own: Ctrl-C in a terminal reaches this process
 * only, which then ends its children in order. On Windows, which has neither, it is an ordinary child.
 * @param program Absolute path, or a name on `env.PATH`.
 * @throws When the program cannot be started at all.
 */
export async function spawnTethered(
  program: string,
  args: readonly string[],
  options: TetheredChildOptions,
): Promise<TetheredChild> {
  const tetherArgs = ['-c', TETHER, 'tether', options.endSignal, program, ...args];
  const child = spawn(windows ? program : '/bin/sh', windows ? [...args] : tetherArgs, {
    env: options.env,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: !windows,
  });
  const exited = new Promise<number>((resolve) => {
    child.once('exit', (code) => resolve(code ?? 137));
  });
  // The pipe breaks when the child is gone: expected, and reported by `exited`.
  child.stdin.on('error', () => undefined);
  const pid = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('spawn', () => resolve(child.pid ?? 0));
  });
  const end = async (line: string, signal?: NodeJS.Signals): Promise<void> => {
    // Through the tether, not to the group: so the shell buries its child, and none waits for init to do it.
    child.stdin.end(line);
    if (windows) child.kill(signal);
    const timer = setTimeout(() => killGroup(pid), GRACE_MS);
    await exited;
    clearTimeout(timer);
    killGroup(pid);
  };
  const stop = (): Promise<void> => end('');
  const kill = (): Promise<void> => end('KILL\n', 'SIGKILL');
  return { pid, stdout: child.stdout, stderr: child.stderr, exited, stop, kill };
}

function killGroup(pid: number): void {
  try {
    process.kill(windows ? pid : -pid, 'SIGKILL');
  } catch {
    // Already gone.
  }
}
