import * as z from 'zod/mini';
import { encodeCursor, PAGE_QUERY, pageOf, readQuery } from '../http/query.ts';
import type { Action } from './action.ts';
import { answered, refusedWith } from './action.ts';

const query = z.strictObject(PAGE_QUERY);

/** `GET /admin/conflicts`: emails and usernames that somebody waits for, the longest waited for first. */
export const listConflicts: Action = {
  name: 'list-conflicts',
  changes: false,
  async run(event, { conflicts }) {
    const asked = readQuery(event, query);
    if (!asked.ok) return refusedWith(asked.answer);
    const { items, next } = await conflicts.list(pageOf(asked.value));
    const shown = items.map(({ kind, value }) => ({ kind, value }));
    return answered(200, { conflicts: shown, next: encodeCursor(next) }, 'shown');
  },
};
