import * as z from 'zod/mini';
import type { Imported } from '../../shared/sync/roster/import-entries.ts';
import { importEntries } from '../../shared/sync/roster/import-entries.ts';
import type { HttpEvent } from '../http/event.ts';
import { flag, readQuery } from '../http/query.ts';
import { decodeUtf8, mediaType, rawBody } from '../http/raw-body.ts';
import { jsonAnswer } from '../middleware/answer.ts';
import type { Action, ActionResult } from './action.ts';
import { answered, refusedAs, refusedWith } from './action.ts';
import type { AdminDependencies } from './dependencies.ts';
import type { BadRow, RosterFile } from './roster-file.ts';
import { readRosterFile } from './roster-file.ts';

export const IMPORT_TYPE = 'text/csv';

const MOST_BYTES = 1_000_000;

/** Time for the rows, ms: API Gateway waits for 30 s, and an entry that others change at the same moment may take 5. */
const BUDGET_MS = 20_000;

/** More would help nobody. */
const MOST_PROBLEMS = 100;

const query = z.strictObject({ partial: z.optional(flag) });

/**
 * `POST /admin/roster/import`: registers people from a file. All rows are looked at before anything is written: where one is bad
 * nothing is, unless the query says `partial`, which leaves bad rows out.
 */
export const importRoster: Action = {
  name: 'import-roster',
  changes: true,
  async run(event, deps) {
    const asked = readQuery(event, query);
    if (!asked.ok) return refusedWith(asked.answer);
    const file = readFile(event);
    return 'answer' in file ? file : importFile(file, asked.value.partial ?? false, deps);
  },
};

function readFile(event: HttpEvent): RosterFile | ActionResult {
  const bytes = rawBody(event);
  if (bytes.length > MOST_BYTES) return refusedAs('import_too_large');
  if (mediaType(event.headers) !== IMPORT_TYPE)
    return refusedAs('unsupported_media_type', `The content type must be ${IMPORT_TYPE}.`);
  const text = decodeUtf8(bytes);
  return text === undefined ? refusedAs('invalid_import', 'The file is not in UTF-8.') : readRosterFile(text);
}

async function importFile(file: RosterFile, isPartial: boolean, deps: AdminDependencies): Promise<ActionResult> {
  switch (file.status) {
    case 'too-many-rows':
      return refusedAs('import_too_large');
    case 'unreadable':
      return refusedAs('invalid_import', file.problem);
    case 'read': {
      if (file.badRows > 0 && !isPartial) return refusedRows(file.badRows, file.bad);
      const { left, ...imported } = await importEntries(deps, file.entries, deps.clock.now() + BUDGET_MS);
      if (left > 0) return { ...refusedAs('import_unfinished'), result: `${inWords(imported)}, ${left} left` };
      const problems = file.bad.slice(0, MOST_PROBLEMS);
      return answered(200, { ...imported, refused: file.badRows, problems }, inWords(imported));
    }
    default:
      return file satisfies never;
  }
}

function refusedRows(badRows: number, bad: readonly BadRow[]): ActionResult {
  const code = 'invalid_import';
  const message = `${badRows} rows cannot be imported, and nothing was: see problems.`;
  const problems = bad.slice(0, MOST_PROBLEMS);
  return { answer: jsonAnswer(400, { error: { code, message }, problems }), result: code };
}

function inWords({ created, updated, unchanged }: Omit<Imported, 'left'>): string {
  return `${created} created, ${updated} updated, ${unchanged} unchanged`;
}
