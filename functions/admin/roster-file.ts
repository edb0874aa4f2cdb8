import { CsvError, parse } from 'csv-parse/sync';
import { normaliseName } from '../../shared/domain/user.ts';
import type { EntryInput } from '../../shared/sync/roster/entry-input.ts';
import { problemsOfEntry } from '../../shared/sync/roster/entry-input.ts';

const MOST_ROWS = 5_000;

/** What is wrong with a row: where and what, never a value of it. */
export interface BadRow {
  /** Of the file, the header being line 1; of a row over several lines, its last one. */
  readonly line: number;
  /** As the header names it; null where it is the row as a whole. */
  readonly column: string | null;
  readonly problem: string;
}

export type RosterFile =
  | {
      readonly status: 'read';
      readonly entries: readonly EntryInput[];
      readonly bad: readonly BadRow[];
      readonly badRows: number;
    }
  /** It is no such file at all. */
  | { readonly status: 'unreadable'; readonly problem: string }
  | { readonly status: 'too-many-rows' };

interface Row {
  readonly line: number;
  readonly cells: readonly string[];
}

const COLUMN = /^[A-Za-z][\w.-]{0,63}$/;

/**
 * Reads people from a file of comma-separated values whose first line names the columns: `email`, `cohort`, and each other one an
 * attribute. An empty cell is an attribute that is absent.
 */
export function readRosterFile(text: string): RosterFile {
  const rows = rowsOf(text);
  if (typeof rows === 'string') return { status: 'unreadable', problem: rows };
  const [header, ...people] = rows;
  const problem = header ? problemOfHeader(header.cells) : 'The file is empty: its first line must name the columns.';
  if (!header || problem !== undefined) return { status: 'unreadable', problem: problem ?? '' };
  return people.length > MOST_ROWS ? { status: 'too-many-rows' } : readPeople(header.cells, people);
}

/** @returns the rows, or what is wrong with the whole; the parser's own message quotes the text */
function rowsOf(text: string): readonly Row[] | string {
  const rows: Row[] = [];
  try {
    parse(text, {
      bom: true,
      relax_column_count: true,
      skip_empty_lines: true,
      on_record(cells: readonly string[], { lines: line }) {
        rows.push({ line, cells });
      },
    });
    return rows;
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    return 'The file is not comma-separated values: check its quotation marks.';
  }
}

function problemOfHeader(columns: readonly string[]): string | undefined {
  if (!columns.includes('email')) return 'The first line must name the columns, one of which is email.';
  const odd = columns.findIndex((column) => !COLUMN.test(column));
  if (odd >= 0) return `Column ${odd + 1} needs a name of letters, digits, _, . and -, that begins with a letter.`;
  const twice = columns.findIndex((column, place) => columns.indexOf(column) !== place);
  return twice < 0 ? undefined : `Column ${twice + 1} has the name of an earlier one.`;
}

function readPeople(columns: readonly string[], rows: readonly Row[]): RosterFile {
  const lineOf = new Map<string, number>();
  const entries: EntryInput[] = [];
  const bad: BadRow[] = [];
  let badRows = 0;
  for (const row of rows) {
    const entry = entryOf(columns, row.cells);
    const problems = [...problemsOf(columns, row, entry), ...repeated(lineOf, entry, row.line)];
    if (problems.length === 0) entries.push(entry);
    else badRows += 1;
    bad.push(...problems);
  }
  return { status: 'read', entries, bad, badRows };
}

function entryOf(columns: readonly string[], cells: readonly string[]): EntryInput {
  const named = new Map(columns.map((column, place) => [column, cells[place] ?? '']));
  const cohort = named.get('cohort') ?? '';
  const attributes = [...named].filter(([name, value]) => name !== 'email' && name !== 'cohort' && value !== '');
  return {
    email: normaliseName(named.get('email') ?? ''),
    attributes: Object.fromEntries(attributes),
    ...(cohort !== '' && { cohort }),
  };
}

function problemsOf(columns: readonly string[], { line, cells }: Row, entry: EntryInput): BadRow[] {
  if (cells.length !== columns.length) {
    return [{ line, column: null, problem: `The row has ${cells.length} cells, and the header ${columns.length}.` }];
  }
  return problemsOfEntry(entry).map((problem) => ({ line, column: columnOf(problem), problem }));
}

/** Each problem begins with what it is about. */
function columnOf(problem: string): string | null {
  return ['email', 'cohort'].find((column) => problem.startsWith(column)) ?? null;
}

/** Which of two rows would win depended on chance. */
function repeated(lineOf: Map<string, number>, { email }: EntryInput, line: number): BadRow[] {
  const earlier = lineOf.get(email);
  lineOf.set(email, earlier ?? line);
  if (earlier === undefined) return [];
  return [{ line, column: 'email', problem: `The address stands in line ${earlier}, too.` }];
}
