import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { Listener } from '../../http/server.ts';
import { spawnTethered } from '../../process/tethered-child.ts';
import type { FunctionDefinition } from './definition.ts';
import { functionEnvironment } from './environment.ts';
import type { FunctionHost } from './environment.ts';
import { onEachLine } from './lines.ts';
import { serveRuntimeApi } from './runtime-api.ts';
import type { RuntimeEvents } from './runtime-api.ts';

export interface ProcessOptions {
  readonly definition: FunctionDefinition;
  readonly version: string;
  readonly host: FunctionHost;
}

export interface ProcessEvents extends RuntimeEvents {
  readonly onLine: (line: string) => void;
  readonly onExit: (code: number) => void;
}

/** The operating system's side of a function instance. */
export interface FunctionProcess {
  /** Ends it and everything it started, at once. */
  close(): Promise<void>;
}

const BOOTSTRAP = fileURLToPath(new URL('bootstrap.ts', import.meta.url));

/** Starts a process for a function, with a Runtime API of its own. */
export async function startFunctionProcess(options: ProcessOptions, events: ProcessEvents): Promise<FunctionProcess> {
  const api = await serveRuntimeApi(events);
  try {
    const child = await spawnTethered(process.execPath, [BOOTSTRAP], {
      env: functionEnvironment(options.definition, options.host, {
        version: options.version,
        runtimeApi: new URL(api.url).host,
        logStream: logStream(options.version),
      }),
      cwd: options.definition.codeDirectory ?? '.',
      endSignal: 'KILL',
    });
    onEachLine(child.stdout, events.onLine);
    onEachLine(child.stderr, events.onLine);
    const ended = tidyUp(child.exited, events, api);
    const close = async (): Promise<void> => {
      await child.stop();
      await ended;
    };
    return { close };
  } catch (error) {
    await api.close();
    throw error;
  }
}

async function tidyUp(exited: Promise<number>, events: ProcessEvents, api: Listener): Promise<void> {
  events.onExit(await exited);
  await api.close();
}

function logStream(version: string): string {
  const day = new Date().toISOString().slice(0, 10).replaceAll('-', '/');
  return `${day}/[${version}]${randomBytes(16).toString('hex')}`;
}
