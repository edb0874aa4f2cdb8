/**
 * `npm run failures`: what was given up and waits in a failure queue, on the local cloud that runs here or in a deployed stack.
 * `list` shows it; `retry` does it again and takes out what succeeded; `drop` lets it go. Exits 0 only if everything that was
 * asked for is done. What it prints holds neither an item nor an event's text.
 */
import { resolve } from 'node:path';
import type { Failure } from './failures/failure.ts';
import { inWords } from './failures/failure.ts';
import type { FailureQueues } from './failures/queues.ts';
import { openFailureQueues } from './failures/queues.ts';
import { createRetry } from './failures/retry.ts';
import { readCommand, refuse } from './support/arguments.ts';
import { onInterrupt } from './support/interrupt.ts';
import { findPlace } from './support/place.ts';

const USAGE = `npm run failures -- list
       npm run failures -- retry (MESSAGE_ID… | --all)
       npm run failures -- drop (MESSAGE_ID… | --all)
Each takes --stack NAME: a deployed stack, with your AWS credentials.`;

const { command, operands, values } = readCommand({ all: { type: 'boolean' }, stack: { type: 'string' } }, USAGE);

/** Each says whether everything that was asked for is done. */
const COMMANDS = new Map([
  ['list', list],
  ['retry', retry],
  ['drop', drop],
]);
const run = COMMANDS.get(command) ?? refuse(command === '' ? 'Say what to do.' : `There is no ${command} here.`, USAGE);
if (command === 'list' ? operands.length > 0 || values.all === true : operands.length > 0 === (values.all === true)) {
  refuse(
    command === 'list' ? 'list takes nothing.' : `Say which messages to ${command}: by their ids, or --all.`,
    USAGE,
  );
}

let queues: FailureQueues | undefined;
// Left hidden, the messages would be missing from the alarms for ten minutes.
let isStopping = false;
onInterrupt(async () => {
  isStopping = true;
  await queues?.close();
  console.error('Stopped: what was not done waits in its queue as before. The same command goes on.');
});
try {
  const place = await findPlace({ stack: values.stack, stackFile: resolve('.local/stack.json') });
  queues = await openFailureQueues(place);
  process.exitCode = (await run(queues)) ? 0 : 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
} finally {
  await queues?.close();
}

async function list(queues: FailureQueues): Promise<boolean> {
  const failures = await queues.failures();
  for (const failure of failures) console.log(lineOf(failure, inWords(failure)));
  console.log(failures.length === 0 ? 'Nothing was given up.' : `${failures.length} given up.`);
  return true;
}

async function retry(queues: FailureQueues): Promise<boolean> {
  const retrying = createRetry(queues);
  return forEachNamed(queues, async (failure) => {
    const result = await retrying(failure);
    if (result.ok) await queues.remove(failure);
    console.log(lineOf(failure, result.ok ? result.said : `stays: ${result.said}`));
    return result.ok;
  });
}

function drop(queues: FailureQueues): Promise<boolean> {
  return forEachNamed(queues, async (failure) => {
    await queues.remove(failure);
    console.log(lineOf(failure, 'dropped'));
    return true;
  });
}

async function forEachNamed(queues: FailureQueues, act: (failure: Failure) => Promise<boolean>): Promise<boolean> {
  const open = new Set(operands);
  let isAllDone = true;
  for (const failure of await queues.failures()) {
    if (isStopping) return false;
    if (values.all !== true && !open.delete(failure.id)) continue;
    if (!(await act(failure))) isAllDone = false;
  }
  for (const id of open) console.log(`${id}  waits in no failure queue`);
  return isAllDone && open.size === 0;
}

function lineOf({ sentAt, id }: Failure, text: string): string {
  return `${sentAt}  ${id}  ${text}`;
}
