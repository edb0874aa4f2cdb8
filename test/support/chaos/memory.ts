import { setTimeout as sleep } from 'node:timers/promises';
import { readFileSync } from 'node:fs';

/** What a Node process holds, after it was made to collect its garbage. Bytes. */
export interface Holding {
  readonly heap: number;
  /** Outside of the heap, but held by what is in it. */
  readonly external: number;
}

/** Where Node listens for whoever wants to look into it, once it was sent SIGUSR1. */
const INSPECTOR = 'http://127.0.0.1:9229/json/list';
const PATIENCE_MS = 5_000;

/**
 * Looks into a process that runs unprepared code: wakes its inspector, has it collect its garbage, and lets go of it again.
 * One at a time: all of them listen at the same address.
 *
 * @returns undefined for a process that has ended, or is too busy to be asked
 */
export async function holdingOf(pid: number): Promise<Holding | undefined> {
  try {
    await untilFree();
    process.kill(pid, 'SIGUSR1');
    const socket = await connect();
    try {
      return await ask(socket, pid);
    } finally {
      socket.close();
    }
  } catch {
    return undefined;
  }
}

/** What the system says that it takes, bytes; undefined for one that has ended. */
export function residentBytes(pid: number): number | undefined {
  try {
    const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
  } catch {
    return undefined;
  }
}

async function connect(): Promise<WebSocket> {
  for (const deadline = Date.now() + PATIENCE_MS; Date.now() < deadline; await sleep(50)) {
    const targets = await fetch(INSPECTOR)
      .then((response) => response.json() as Promise<{ webSocketDebuggerUrl?: string }[]>)
      .catch(() => []);
    const url = targets[0]?.webSocketDebuggerUrl;
    if (url !== undefined) return open(url);
  }
  throw new Error('No inspector came up.');
}

function open(url: string): Promise<WebSocket> {
  const socket = new WebSocket(url);
  return new Promise((resolve, reject) => {
    socket.addEventListener('open', () => resolve(socket), { once: true });
    socket.addEventListener('error', () => reject(new Error('The inspector does not answer.')), { once: true });
  });
}

async function ask(socket: WebSocket, pid: number): Promise<Holding | undefined> {
  const evaluate = async (expression: string): Promise<unknown> => {
    const { result } = await send(socket, 'Runtime.evaluate', { expression, returnByValue: true });
    return (result as { value?: unknown }).value;
  };
  try {
    if ((await evaluate('process.pid')) !== pid) return undefined;
    // Twice: what finalisers let go of is garbage only then.
    await send(socket, 'HeapProfiler.collectGarbage');
    await send(socket, 'HeapProfiler.collectGarbage');
    const usage = (await evaluate('process.memoryUsage()')) as { heapUsed: number; external: number };
    return { heap: usage.heapUsed, external: usage.external };
  } finally {
    // The next process can only listen when this one no longer does.
    await evaluate("setTimeout(() => process.getBuiltinModule('inspector').close(), 20), 0");
  }
}

/** Whoever listens there already, somebody else's process or the one before, must have ended. */
async function untilFree(): Promise<void> {
  for (const deadline = Date.now() + PATIENCE_MS; Date.now() < deadline; await sleep(20)) {
    const isTaken = await fetch(INSPECTOR).then(
      (response) => response.body?.cancel().then(() => true),
      () => false,
    );
    if (!isTaken) return;
  }
  throw new Error('Somebody else listens where Node processes are looked into.');
}

let messages = 0;

function send(socket: WebSocket, method: string, params: object = {}): Promise<Readonly<Record<string, unknown>>> {
  messages += 1;
  const id = messages;
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${method} was not answered.`)), PATIENCE_MS);
    const listen = ({ data }: MessageEvent): void => {
      const message = JSON.parse(String(data)) as { id?: number; result?: Record<string, unknown> };
      if (message.id !== id) return;
      clearTimeout(timer);
      socket.removeEventListener('message', listen);
      resolve(message.result ?? {});
    };
    socket.addEventListener('message', listen);
    socket.send(JSON.stringify({ id, method, params }));
  });
}
