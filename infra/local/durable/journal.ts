import { appendFileSync, closeSync, existsSync, ftruncateSync, mkdirSync, openSync, renameSync } from 'node:fs';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

import type { Beginning, ExecutionEvent } from './execution.ts';
import { parseEntry } from './journal-entry.ts';
import type { JournalEntry } from './journal-entry.ts';

/** An execution that was in flight when the journal was last written. */
export interface Unfinished {
  readonly beginning: Beginning;
  readonly events: readonly ExecutionEvent[];
}

/** Where executions in flight outlive this process. */
export interface Journal {
  readonly file: string | undefined;
  /** What was in flight when the journal was opened. */
  readonly unfinished: readonly Unfinished[];
  /** Returns when the entry has been handed to the operating system: it survives this process, not a power cut. */
  append(entry: JournalEntry): void;
  /** Forgets everything: to be called when nothing is in flight. */
  clear(): void;
  close(): void;
}

/** A journal that keeps nothing, for a local cloud without a data directory. */
export const NO_JOURNAL: Journal = {
  file: undefined,
  unfinished: [],
  append: () => undefined,
  clear: () => undefined,
  close: () => undefined,
};

/**
 * Opens the journal, one JSON entry a line, and drops from it the executions that have ended.
 * @param file Created when it does not exist, with its directory.
 * @throws When it cannot be read or written, or when a line of it is not ours; the message names file and line.
 */
export function openJournal(file: string): Journal {
  mkdirSync(dirname(file), { recursive: true });
  const entries = inFlight(readEntries(file));
  // Written beside and renamed: whoever interrupts this finds the old file or the new one.
  writeFileSync(`${file}.new`, entries.map(line).join(''));
  renameSync(`${file}.new`, file);
  let descriptor: number | undefined = openSync(file, 'a');
  return {
    file,
    unfinished: group(entries),
    append(entry) {
      if (descriptor === undefined) throw new Error(`The journal ${file} is closed.`);
      appendFileSync(descriptor, line(entry));
    },
    clear() {
      if (descriptor !== undefined) ftruncateSync(descriptor);
    },
    close() {
      if (descriptor !== undefined) closeSync(descriptor);
      descriptor = undefined;
    },
  };
}

function line(entry: JournalEntry): string {
  return `${JSON.stringify(entry)}\n`;
}

function readEntries(file: string): JournalEntry[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n');
  // A process that dies while it writes leaves a last line without its end. Nobody was told that it was stored.
  lines.pop();
  return lines.map((text, index) => {
    const entry = parseEntry(text);
    if (entry === undefined) {
      throw new Error(
        `Line ${index + 1} of ${file} is no entry of a journal of durable executions. ` +
          'Delete the file, or start with --fresh: executions that were in flight are then forgotten.',
      );
    }
    return entry;
  });
}

function inFlight(entries: readonly JournalEntry[]): JournalEntry[] {
  const ended = new Set(entries.filter((entry) => entry.kind === 'ended').map((entry) => entry.arn));
  return entries.filter((entry) => !ended.has(entryArn(entry)));
}

function entryArn(entry: JournalEntry): string {
  return entry.kind === 'began' ? entry.beginning.arn : entry.arn;
}

function group(entries: readonly JournalEntry[]): Unfinished[] {
  const executions = new Map<string, { beginning: Beginning; events: ExecutionEvent[] }>();
  for (const entry of entries) {
    if (entry.kind === 'began') executions.set(entry.beginning.arn, { beginning: entry.beginning, events: [] });
    if (entry.kind === 'event') executions.get(entry.arn)?.events.push(entry.event);
  }
  return [...executions.values()];
}
