/**
 * `npm run recover`: what a run cannot bring back, since Clerk does not have it. `restore` has DynamoDB restore a table beside the
 * one that was lost, and waits for it; `app` copies the application's attributes from there into the mirror's table, user by
 * user, while everything goes on. Exits 0 if everything that was asked for is done, 1 if not, 2 for a wrong command line.
 */
import { resolve } from 'node:path';
import { systemClock as clock } from '../shared/adapters/system/clock.ts';
import { systemTimers as timers } from '../shared/adapters/system/timers.ts';
import { adviceFor } from './recover/advice.ts';
import type { CopyCounts } from './recover/copy-app.ts';
import { copyApp } from './recover/copy-app.ts';
import { restoreTable } from './recover/restore-table.ts';
import { readCommand, refuse } from './support/arguments.ts';
import { runUntilInterrupted } from './support/interrupt.ts';
import type { MirrorTable } from './support/table.ts';
import { findTable } from './support/table.ts';
import { createLine } from './sync/progress.ts';
import { parseSince } from './sync/since.ts';

const USAGE = `npm run recover -- restore --to RESTORED [--at TIME] [--table OLD]
       npm run recover -- app --from RESTORED [--dry-run] [--overwrite]
Each takes --stack NAME: a deployed stack, with your AWS credentials.`;

const { command, operands, values } = readCommand(
  {
    to: { type: 'string' },
    at: { type: 'string' },
    table: { type: 'string' },
    from: { type: 'string' },
    overwrite: { type: 'boolean', default: false },
    'dry-run': { type: 'boolean', default: false },
    stack: { type: 'string' },
  },
  USAGE,
);
const { stack, from, to, overwrite, 'dry-run': dryRun } = values;

/** Options that belong to one of the two. Each says whether everything that was asked for is done. */
const COMMANDS = new Map([
  ['restore', { run: restore, own: ['to', 'at', 'table'] as const, needed: to, missing: '--to, a name for the table' }],
  ['app', { run: app, own: ['from', 'overwrite', 'dry-run'] as const, needed: from, missing: '--from, a table' }],
]);
const asked =
  COMMANDS.get(command) ?? refuse(command === '' ? 'Say what to do.' : `There is no ${command} here.`, USAGE);
if (operands.length > 0) refuse(`${command} takes no ${operands[0]}.`, USAGE);
for (const other of COMMANDS.values()) {
  const strange =
    other === asked ? undefined : other.own.find((name) => values[name] !== undefined && values[name] !== false);
  if (strange !== undefined) refuse(`${command} takes no --${strange}.`, USAGE);
}
if (asked.needed === undefined) refuse(`${command} needs ${asked.missing}.`, USAGE);
const at = values.at === undefined ? undefined : timeOrRefuse(values.at);

const stop = new AbortController();
await runUntilInterrupted(run, stop);

/** @returns the exit code */
async function run(): Promise<number> {
  let table: MirrorTable | undefined;
  try {
    table = await findTable({ stack, stackFile: resolve('.local/stack.json') });
    return (await asked.run(table)) ? 0 : 1;
  } catch (error) {
    console.error(inWords(error));
    return 1;
  } finally {
    table?.client.destroy();
  }
}

function timeOrRefuse(text: string): number {
  const problem = `--at ${text} is no time in the past: give one such as 2026-11-25T08:00:00Z, or 90m, 2h or 3d for so long ago.`;
  return parseSince(text, Date.now()) ?? refuse(problem, USAGE);
}

async function restore({ client, tableName }: MirrorTable): Promise<boolean> {
  const target = to ?? '';
  const say = (text: string): void => console.error(text);
  await restoreTable(client, {
    source: values.table ?? tableName,
    target,
    at,
    clock,
    timers,
    signal: stop.signal,
    say,
  });
  console.log(`${target} can be read. Go on with: npm run recover -- app --from ${target} --dry-run${ofStack()}`);
  return true;
}

async function app(table: MirrorTable): Promise<boolean> {
  const line = createLine(process.stderr, clock);
  const counts = await copyApp(table, {
    from: from ?? '',
    overwrite,
    dryRun,
    signal: stop.signal,
    onProgress: (soFar) => line.show(() => inNumbers(soFar)),
    onFailure: (userId, why) => console.error(`${userId} was passed over: ${why}.`),
  });
  line.end();
  console.log(inNumbers(counts));
  console.log(advise(counts));
  return counts.failed === 0 && !stop.signal.aborted;
}

function inNumbers({ copied, kept, absent, decided, failed }: CopyCounts): string {
  const done = `${copied} users ${dryRun ? 'would get' : 'got'} attributes back, ${kept} had them all`;
  return `${done}, ${absent} are not here, ${decided} were deleted or restored since, ${failed} failed.`;
}

function advise(counts: CopyCounts): string {
  if (stop.signal.aborted) return 'Stopped. What is copied stays copied: the same command goes on.';
  return adviceFor(counts, { dryRun, from: from ?? '', stack });
}

function ofStack(): string {
  return stack === undefined ? '' : ` --stack ${stack}`;
}

function inWords(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { name, message } = error;
  if (name === 'ResourceNotFoundException') return `There is no table ${from ?? ''} in this account and region.`;
  return name.startsWith('AccessDenied') ? `These credentials lack a permission: ${message}` : message;
}
