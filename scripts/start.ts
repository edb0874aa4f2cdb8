/**
 * `npm start`: everything on this machine. Serves the synthesised template with its state in `.local/`, loads sample users
 * and says what to try. `-- --port N` chooses the API's port, `--fresh` forgets the state, `-c name=value` sets context.
 */
import { rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { startLocalStack } from '../infra/local/local-stack.ts';
import { removeStackFile, writeStackFile } from '../infra/local/stack-file.ts';
import { takeLock } from './start/lock.ts';
import { loadSampleUsers } from './start/sample-users.ts';
import { welcome } from './start/welcome.ts';
import { readArguments } from './support/arguments.ts';
import { onInterrupt } from './support/interrupt.ts';

const DEFAULT_PORT = '3000';
const USAGE = 'npm start -- [--port N] [--fresh] [-c name=value]…';

const {
  port = DEFAULT_PORT,
  fresh,
  context = [],
} = readArguments(
  { port: { type: 'string' }, fresh: { type: 'boolean' }, context: { type: 'string', short: 'c', multiple: true } },
  USAGE,
);
const stateDirectory = resolve('.local');
const stackFile = join(stateDirectory, 'stack.json');

try {
  await start();
} catch (error) {
  console.error(`\n${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}

async function start(): Promise<void> {
  const options = { port: portNumber(port), context: contextOf(context), stateDirectory };
  const releaseLock = takeLock(stateDirectory);
  // Of a run that was killed: whoever waits for the file must not read its addresses.
  removeStackFile(stackFile);
  process.on('exit', () => {
    removeStackFile(stackFile);
    releaseLock();
  });
  let close = (): Promise<void> => Promise.resolve();
  onInterrupt(async () => {
    console.log(
      '\nStopping. The users are kept in .local/: `npm start` goes on with them, `npm start -- --fresh` forgets them.',
    );
    removeStackFile(stackFile);
    await close();
  });
  if (fresh) forget(stateDirectory);
  const schedulesOnTime = true;
  const stack = await startLocalStack({
    ...options,
    schedulesOnTime,
    onProgress: (message) => console.log(`  ${message} …`),
  });
  close = () => stack.close();
  try {
    const sampleUserId = await loadSampleUsers(stack.file, (message) => console.log(`  ${message} …`));
    writeStackFile(stackFile, stack.file);
    console.log(welcome(stack.file, sampleUserId, stack.cloud.notImitated));
  } catch (error) {
    await stack.close();
    throw error;
  }
}

/** Everything but the lock, which says that we are here. */
function forget(directory: string): void {
  for (const name of [
    'clerk.json',
    'dynamodb.sqlite',
    'dynamodb.sqlite-shm',
    'dynamodb.sqlite-wal',
    'secrets.json',
    'streams.json',
    'deployment',
    'durable.json',
  ]) {
    rmSync(join(directory, name), { force: true });
  }
}

function portNumber(text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= 0 && number <= 65_535) return number;
  throw new Error(`--port ${text} is not a port: give a whole number from 0 (any free port) to 65535.`);
}

function contextOf(pairs: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=');
      if (at < 1)
        throw new Error(`-c ${pair} is not a setting: write it as -c name=value, for example -c stage=staging.`);
      return [pair.slice(0, at), pair.slice(at + 1)];
    }),
  );
}
