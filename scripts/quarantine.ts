/**
 * `npm run quarantine`: signed events that could not be applied, on the local cloud that runs here or on a deployed stack. `list` shows what waits,
 * oldest first, and why; `replay` applies an event once more by the same rule; `dismiss` lets it go, unapplied.
 * Exits 0 only if everything that was asked for is done.
 */
import { resolve } from 'node:path';
import type { QuarantineEntry } from '../shared/ports/quarantine.ts';
import type { Unreadable } from '../shared/ports/unreadable.ts';
import { isReadable } from '../shared/ports/unreadable.ts';
import { countQuarantine } from '../shared/sync/events/count-quarantine.ts';
import { replayEvent } from '../shared/sync/events/replay-event.ts';
import { readCommand, refuse } from './support/arguments.ts';
import { tellMeasures } from './support/measures.ts';
import type { Mirror } from './support/mirror.ts';
import { connectToMirror } from './support/mirror.ts';
import { findPlace } from './support/place.ts';

const USAGE = `npm run quarantine -- list [--user USER_ID]
       npm run quarantine -- replay (MESSAGE_ID… | --all [--user USER_ID])
       npm run quarantine -- dismiss MESSAGE_ID…
Each takes --stack NAME: a deployed stack, with your AWS credentials.`;

const { command, operands, values } = readCommand(
  { user: { type: 'string' }, all: { type: 'boolean' }, stack: { type: 'string' } },
  USAGE,
);

/** Each says whether everything that was asked for is done. */
const COMMANDS = new Map([
  ['list', list],
  ['replay', replay],
  ['dismiss', dismiss],
]);
const run = COMMANDS.get(command) ?? refuse(command === '' ? 'Say what to do.' : `There is no ${command} here.`, USAGE);

const where = { stack: values.stack, stackFile: resolve('.local/stack.json') };
/** Ids of what was taken out. */
const gone = new Set<string>();
let mirror: Mirror | undefined;
try {
  mirror = await connectToMirror(where);
  process.exitCode = (await run(mirror)) ? 0 : 1;
  const { quarantine } = mirror;
  // The alarm waits to hear that none is left.
  if (gone.size > 0) {
    await tellMeasures(
      () => findPlace(where),
      (metrics) => countQuarantine({ quarantine, metrics }, gone),
    );
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
} finally {
  mirror?.close();
}

async function list(mirror: Mirror): Promise<boolean> {
  if (operands.length > 0) refuse(`list takes no ${operands[0]}.`, USAGE);
  const entries = await entriesOf(mirror);
  for (const entry of entries) {
    if (!isReadable(entry)) {
      console.log(`${entry.id}  ${entry.unreadable}`);
      continue;
    }
    const { id, firstAt, userId = '-' } = entry;
    const event = await mirror.quarantine.get(id);
    if (event) console.log(`${new Date(firstAt).toISOString()}  ${id}  ${userId}  ${event.reason}`);
  }
  console.log(entries.length === 0 ? 'Nothing is in quarantine.' : `${entries.length} in quarantine.`);
  return true;
}

async function replay(mirror: Mirror): Promise<boolean> {
  if (operands.length > 0 && (values.all === true || values.user !== undefined))
    refuse('Give ids, or --all, not both.', USAGE);
  const entries = values.all === true ? await entriesOf(mirror) : named('replay').map((id) => ({ id }));
  let isAllDone = true;
  for (const entry of entries) {
    const { id } = entry;
    const replayed = isReadable(entry) ? await replayEvent(id, mirror) : undefined;
    if (replayed?.status === 'done') gone.add(id);
    else isAllDone = false;
    console.log(`${id}  ${replayed ? inWords(replayed) : 'cannot be read: see the list'}`);
  }
  return isAllDone;
}

async function dismiss(mirror: Mirror): Promise<boolean> {
  if (values.user !== undefined || values.all === true) refuse('dismiss takes ids, one by one.', USAGE);
  let areAllThere = true;
  for (const id of named('dismiss')) {
    const isThere = await mirror.quarantine.dismiss(id);
    if (isThere) gone.add(id);
    else areAllThere = false;
    console.log(`${id}  ${isThere ? 'dismissed' : 'is not in quarantine'}`);
  }
  return areAllThere;
}

/** Whole before anything is done with it: what is taken out meanwhile must not move what is still to be read. */
async function entriesOf({ quarantine }: Mirror): Promise<(QuarantineEntry | Unreadable)[]> {
  const entries: (QuarantineEntry | Unreadable)[] = [];
  const listing = values.user === undefined ? {} : { userId: values.user };
  for await (const entry of quarantine.list(listing)) entries.push(entry);
  return entries;
}

function named(what: string): readonly string[] {
  return operands.length > 0 ? operands : refuse(`Say which messages to ${what}, by their ids.`, USAGE);
}

function inWords(replayed: Awaited<ReturnType<typeof replayEvent>>): string {
  switch (replayed.status) {
    case 'done':
      return replayed.outcome;
    case 'unusable':
      return `stays: ${replayed.reason}`;
    case 'again':
      return 'stays: the table or Clerk could not be reached, try again';
    case 'unknown':
      return 'is not in quarantine';
  }
}
