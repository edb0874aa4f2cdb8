import { mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { dirname, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { spawnTethered } from '../process/tethered-child.ts';
import type { TetheredChild } from '../process/tethered-child.ts';
import { findEngine } from './find-engine.ts';
import type { EngineSource } from './find-engine.ts';
import { forgetRecords, indexRecords } from './stream-records.ts';

export interface DynamoDbEngineOptions {
  /**
   * SQLite file that keeps the tables; absent: in memory, where each write to a table with a stream costs 0.25 ms more per
   * 1,000 records kept. Ignored for an engine that runs already.
   */
  readonly dataFile?: string;
  /** Absent or 0: a free one. */
  readonly port?: number;
  /** Where the engine is; absent: {@link findEngine}. */
  readonly source?: EngineSource;
}

export interface DynamoDbEngine {
  /** Endpoint for an SDK client, without a trailing slash. */
  readonly url: string;
  /** Lets go of a stream's records before a sequence number: all who read it are past them. Only a file is made smaller. */
  forgetRecords(shardId: string, before: string): void;
  /**
   * Kills it and starts it again at the same address, from its file: a machine that fails and comes back.
   * @throws Error for one that keeps nothing in a file, or that was not started here; nothing has happened then
   */
  restart(): Promise<void>;
  close(): Promise<void>;
}

const HOST = '127.0.0.1';
/** The engine answers within 10 ms; the rest is for a machine under load. */
const START_TIMEOUT_MS = 15_000;
const ATTEMPTS = 5;

/**
 * Starts a DynamoDB engine on this machine and waits until it answers. It ends with `close()`, and with this process.
 * @throws When there is no engine, the port is taken, or it does not come up; the message says what to do.
 */
export async function startDynamoDbEngine(options: DynamoDbEngineOptions = {}): Promise<DynamoDbEngine> {
  const source = options.source ?? findEngine();
  if (source.kind === 'endpoint') return connectTo(source.url);
  if (options.dataFile !== undefined) mkdirSync(dirname(resolve(options.dataFile)), { recursive: true });
  if (options.port !== undefined && options.port !== 0) return startProgram(source.path, options.port, options);
  return startOnFreePort(source.path, options);
}

async function connectTo(url: string): Promise<DynamoDbEngine> {
  if (!(await answers(url))) {
    throw new Error(
      `The DynamoDB engine at ${url} (AWS_ENDPOINT_URL_DYNAMODB) does not answer: start it, or unset the variable.`,
    );
  }
  const restart = (): Promise<void> => Promise.reject(new Error(`The engine at ${url} was started by somebody else.`));
  return { url, forgetRecords: () => undefined, restart, close: () => Promise.resolve() };
}

/** The engine cannot say which port it chose, so one is chosen for it: another process may be quicker to take it. */
async function startOnFreePort(program: string, options: DynamoDbEngineOptions): Promise<DynamoDbEngine> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startProgram(program, await freePort(), options);
    } catch (error) {
      if (!(error instanceof PortTakenError) || attempt === ATTEMPTS) throw error;
    }
  }
}

class PortTakenError extends Error {}

async function startProgram(program: string, port: number, options: DynamoDbEngineOptions): Promise<DynamoDbEngine> {
  const { dataFile } = options;
  const run = (): Promise<TetheredChild> => runProgram(program, port, dataFile);
  let child = await run();
  let restarting: Promise<void> | undefined;
  const again = async (): Promise<void> => {
    await child.kill();
    child = await persistently(run);
  };
  return {
    url: urlOf(port),
    forgetRecords(shardId, before) {
      if (dataFile !== undefined) forgetRecords(dataFile, shardId, before);
    },
    async restart() {
      if (dataFile === undefined)
        throw new Error('The DynamoDB engine keeps its tables in memory: a restart loses them.');
      // Whoever asks while it is being done has asked for the same.
      restarting ??= again().finally(() => (restarting = undefined));
      await restarting;
    },
    async close() {
      await Promise.allSettled([restarting]);
      await child.stop();
    },
  };
}

/** Runs the engine until it is ended. Resolves when it answers. */
async function runProgram(program: string, port: number, dataFile: string | undefined): Promise<TetheredChild> {
  const database = dataFile === undefined ? [] : ['--db-path', resolve(dataFile)];
  const args = ['serve', '--host', HOST, '--port', String(port), ...database];
  const child = await spawnTethered(program, args, { env: { PATH: process.env['PATH'] ?? '' }, endSignal: 'TERM' });
  try {
    await untilUp(child, urlOf(port), collect(child));
    if (dataFile !== undefined) indexRecords(dataFile);
    return child;
  } catch (error) {
    await child.stop();
    throw error;
  }
}

function urlOf(port: number): string {
  return `http://${HOST}:${port}`;
}

/** While the engine is gone, a connection that somebody opens may have its port for a moment. */
async function persistently(run: () => Promise<TetheredChild>): Promise<TetheredChild> {
  for (const deadline = Date.now() + START_TIMEOUT_MS; ; await sleep(50)) {
    try {
      return await run();
    } catch (error) {
      if (!(error instanceof PortTakenError) || Date.now() > deadline) throw error;
    }
  }
}

async function untilUp(child: TetheredChild, url: string, complaints: () => string): Promise<void> {
  let exitCode: number | undefined;
  void child.exited.then((code) => (exitCode = code));
  for (const deadline = Date.now() + START_TIMEOUT_MS; Date.now() < deadline; await sleep(5)) {
    // Exit first: on a taken port it is somebody else who answers.
    if (complaints().includes('already in use')) {
      throw new PortTakenError(`The DynamoDB engine cannot start at ${url}: the port is taken. Choose another one.`);
    }
    if (exitCode !== undefined) {
      throw new Error(`The DynamoDB engine ended at once (exit code ${exitCode}): ${complaints().trim()}`);
    }
    if (announced(complaints()) && (await answers(url))) return;
  }
  throw new Error(`The DynamoDB engine did not answer at ${url} within ${START_TIMEOUT_MS / 1000} seconds.`);
}

/** It says so on its standard output once it listens; until then an answer would be another program's. */
function announced(output: string): boolean {
  return output.includes('listening on');
}

/** Keeps the first of what the engine says (a reason, if it ends) and drains the rest. */
function collect(child: TetheredChild): () => string {
  let text = '';
  const keep = (chunk: Buffer): void => {
    if (text.length < 4096) text += chunk.toString('utf8');
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  return () => text;
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2000) });
    await response.arrayBuffer();
    return true;
  } catch {
    return false;
  }
}

async function freePort(): Promise<number> {
  const probe = createServer();
  const port = await new Promise<number>((resolve, reject) => {
    probe.once('error', reject);
    probe.listen(0, HOST, () => resolve(portOf(probe.address())));
  });
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('A TCP server has no port: cannot happen.');
  return address.port;
}
