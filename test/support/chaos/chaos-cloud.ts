import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { LocalStackOptions } from '../../../infra/local/local-stack.ts';
import type { StackFile } from '../../../infra/local/stack-file.ts';
import type { World } from '../../../scripts/demo/world.ts';
import { createWorld } from '../../../scripts/demo/world.ts';

/** A local cloud on free ports, in a process of its own, with its state in a directory of its own. */
export interface ChaosCloud {
  readonly stack: StackFile;
  readonly world: World;
  /** Of the gateway, the stand-in for Clerk and everything else that is not a function or the engine. */
  readonly pid: number;
  /** Names of all functions. */
  readonly functions: readonly string[];
  storeFaults(faults: object): Promise<void>;
  clerkFaults(faults: object): Promise<void>;
  /** Kills the engine and has it come back from its file. */
  restartEngine(): Promise<void>;
  close(): Promise<void>;
}

const ENTRY = fileURLToPath(new URL('cloud-process.ts', import.meta.url));

export async function startChaosCloud(options: LocalStackOptions): Promise<ChaosCloud> {
  const stateDirectory = mkdtempSync(join(tmpdir(), 'chaos-cloud-'));
  // What runs this test may have flags of its own.
  const child = fork(ENTRY, { execArgv: [] });
  const close = async (): Promise<void> => {
    await ended(child);
    rmSync(stateDirectory, { recursive: true, force: true });
  };
  try {
    child.send({ ...options, stateDirectory });
    const stack = await started(child);
    return { ...controlsOf(stack), pid: child.pid ?? 0, functions: await functionsOf(stack), close };
  } catch (error) {
    await close();
    throw error;
  }
}

function started(child: ChildProcess): Promise<StackFile> {
  return new Promise((resolve, reject) => {
    child.once('message', (message: { started?: StackFile; failed?: string }) =>
      message.started ? resolve(message.started) : reject(new Error(message.failed)),
    );
    child.once('exit', (code) => reject(new Error(`The local cloud ended at once (exit code ${code}).`)));
  });
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = new Promise((resolve) => child.once('exit', resolve));
  child.disconnect();
  const insist = setTimeout(() => child.kill('SIGKILL'), 20_000);
  await exit;
  clearTimeout(insist);
}

function controlsOf(
  stack: StackFile,
): Pick<ChaosCloud, 'stack' | 'world' | 'storeFaults' | 'clerkFaults' | 'restartEngine'> {
  return {
    stack,
    world: createWorld(stack),
    storeFaults: (faults) => control('PUT', `${stack.api}/__local/store`, faults),
    clerkFaults: (faults) => control('PUT', `${stack.clerk}/__local/faults`, faults),
    restartEngine: () => control('POST', `${stack.api}/__local/store/restart`),
  };
}

async function control(method: 'PUT' | 'POST', url: string, body?: object): Promise<void> {
  const response = await fetch(url, { method, ...(body && { body: JSON.stringify(body) }) });
  if (response.status !== 200)
    throw new Error(`${method} ${url} answered ${response.status}: ${await response.text()}`);
  await response.body?.cancel();
}

async function functionsOf({ api }: StackFile): Promise<readonly string[]> {
  const { functions } = (await (await fetch(`${api}/__local`)).json()) as { functions: readonly string[] };
  return functions;
}
